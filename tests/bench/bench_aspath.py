"""An AS-path list of a customer's cone against the ASNs that it may hold: decided with a witness."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from manrs_conformance.analysis import aspath, tokens
from manrs_conformance.model.policy import AsPathEntry, AsPathList
from table import Row, timed

SCALES = (1, 10, 100)
BASE = 20


def rows(scale: int) -> Iterator[Row]:
    """Two rows. The list permits one ASN that the cone does not hold, which must be the witness: met for the first time, and at another session."""
    count = BASE * scale
    dice = random.Random(7)
    cone = dice.sample(range(1, 400_000), count)
    entries = tuple(AsPathEntry(True, f"^{asn}(_{asn})*$", "frr", line) for line, asn in enumerate(cone, 1))
    held, allowed = AsPathList("CONE", entries), aspath.only_of([(asn, asn) for asn in cone[:-1]])
    floor, _ = timed(lambda: (re.purge(), [re.compile(one.pattern) for one in entries]))

    def again() -> aspath.PathClasses:
        aspath._path_classes.cache_clear()
        return aspath.path_classes((held, allowed))

    def anew() -> aspath.PathClasses:
        aspath._parsed.cache_clear()
        tokens._words.cache_clear()
        return again()

    must = 0.05 if scale == SCALES[-1] else None
    for name, decide in (("", anew), (", known patterns", again)):
        seconds, classes = timed(decide)
        bad = [path for signature, path in zip(classes.signatures, classes.witnesses, strict=True) if signature == 1]
        assert bad and bad[0][0] == cone[-1] and not classes.unknown
        yield Row(f"AS-path list against a cone{name}", count, "patterns", seconds, floor, "compiling the patterns", must=must)
    yield inside(cone, scale)


def inside(cone: list[int], scale: int) -> Row:
    """A list whose `.*` ends inside a number, against all of it but one: decided character by character."""
    some = tuple(AsPathEntry(True, f"^{asn}_.*[0-9]$", "frr", line) for line, asn in enumerate(cone, 1))
    floor, _ = timed(lambda: (re.purge(), [re.compile(one.pattern) for one in some]))
    lists = AsPathList("LIST", some), AsPathList("LESS", some[:-1])
    assert tokens.classes([aspath._groups(some)], ()) is None
    seconds, classes = timed(
        lambda: (aspath._path_classes.cache_clear(), aspath._parsed.cache_clear(), aspath.path_classes(lists))[2], 1
    )
    assert classes.signatures == (0, 1, 3) and classes.witnesses[1][0] == cone[-1] and not classes.unknown
    must = 5.0 if scale == SCALES[-1] else None
    return Row("AS-path list at character level", len(cone), "patterns", seconds, floor, "compiling the patterns", must=must)
