"""Loading a fragment into a Junos configuration, as `load-configuration` does for NAPALM (text with tags, or configuration commands).

Statements merge by their names; a value replaces the one that stands; values of a list and entries of an order are added at the end. The
server answers a `delete` of what is not there with the warning `statement not found`, which PyEZ and with it NAPALM takes for a refusal.
Where two statements meet and what the router makes of it is not known, the fragment is refused.
"""

from __future__ import annotations

from ...errors import MergeError
from .commandlines import command
from .loading import Loader
from .setform import looks_like_set
from .statements import Refused, Statement, curly, flat, read


def merge(running: str, candidate: str) -> str:
    """The configuration that `show configuration` would print, in the form of `running` (of the fragment where that is empty)."""
    lines = candidate.splitlines()
    commands = looks_like_set(lines)
    held = running.splitlines()
    loader = Loader(looks_like_set(held) if running.strip() else commands)
    try:
        end = _commands(loader, held) if loader.flat else _text(loader, running)
    except Refused as error:
        raise MergeError(f"the running configuration cannot be merged into: {error}") from None
    loader.loading = not running.strip()
    if candidate.lstrip().startswith(("<", '{"')):
        raise MergeError(f"fragments in XML or JSON are not read: `{candidate.strip().splitlines()[0][:60]}`")
    try:
        last = _commands(loader, lines) if commands else _text(loader, candidate)
    except Refused as error:
        raise MergeError(f"the router would refuse the fragment: {error}") from None
    end = end if running.strip() else last
    if end:
        loader.root.below()[("", "end")] = Statement((), notes=end)
    out = (flat if loader.flat else curly)(loader.root.kids or {})
    return "".join(f"{line}\n" for line in out)


def _text(loader: Loader, text: str) -> tuple[str, ...]:
    raws, end = read(text)
    for raw in raws:
        loader.put_root(raw)
    return end


def _commands(loader: Loader, lines: list[str]) -> tuple[str, ...]:
    for line in lines:
        text = line.strip()
        try:
            command(loader, text)
        except Refused as error:
            raise error.at(text) from None
    end, loader.notes = loader.notes, ()
    return end
