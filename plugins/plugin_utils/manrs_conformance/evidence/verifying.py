"""Verifying a bundle as hostile input: integrity, signer, and that its parts agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..analysis.collecting import uncollected
from ..errors import BundleError, UsageError
from . import bag as bags
from . import timestamp
from .agreement import Agreement
from .sshsig import AllowedSigner, Signer, check, identify, read_allowed

UNKNOWN_SIGNER = "integrity only, signer unknown"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Outcome of a verification: `ok` only without problems; `signer` is None unless a trusted key was found."""

    ok: bool
    signer: str | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    root_sha256: str = ""
    verdict: str = ""
    """What the bundle says of the network, for information; says nothing while `ok` is false."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What an auditor brings from outside the bundle: who may sign, how many must have, and which timestamp authority counts."""

    allowed_signers: Path | None = None
    principal: str | None = None
    signatures: int = 1
    """Good signatures by different keys that are asked for, where signers are given."""
    authority: Path | None = None
    """PEM file of the timestamp authority's root; given, there must be a timestamp."""


def verify(
    path: Path,
    *,
    allowed_signers: Path | None = None,
    principal: str | None = None,
    at: datetime | None = None,
    trust: Trust | None = None,
) -> VerifyReport:
    """Verify a bundle directory; what is trusted must come from outside it, `at` is the time keys must be valid (now by default).

    UsageError when the path is no directory or a file of trust is wrong; every doubt is a problem in the report.
    """
    return examine(path, trust or Trust(allowed_signers, principal), at)[0]


def sound(path: Path) -> bags.Bag:
    """A bundle that verifies, as it was read for that; BundleError when it does not."""
    report, bag = examine(path, Trust())
    if bag is None or not report.ok:
        raise BundleError(f"{path.name} does not verify: " + "; ".join(report.problems[:5]))
    return bag


def examine(path: Path, trust: Trust, at: datetime | None = None) -> tuple[VerifyReport, bags.Bag | None]:
    """Verify, and give the bundle as it was read; None where it cannot be."""
    allowed = None
    for file in (trust.allowed_signers, trust.authority):
        if file is not None and file.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{file.name} lies inside the bundle: it must come from the operator by another way")
    if trust.allowed_signers is not None:
        try:
            allowed = read_allowed(trust.allowed_signers.read_text())
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{trust.allowed_signers}: {problem}") from problem
    with uncollected():  # hundreds of thousands of values are made, and none is a cycle
        return _examined(path, trust, allowed, at)


def _examined(
    path: Path, trust: Trust, allowed: tuple[AllowedSigner, ...] | None, at: datetime | None
) -> tuple[VerifyReport, bags.Bag | None]:
    try:
        bag = bags.read(path)
    except OSError as problem:
        return VerifyReport(False, None, (f"cannot be read: {problem}",), ()), None
    problems, notes = list(bag.problems), list[str]()
    signer = _signatures(bag, allowed, trust, at or datetime.now(UTC), problems, notes)
    _timestamp(bag, trust, at, problems, notes)
    verdict = ""
    if not bag.problems:
        contents = Agreement(bag, problems)
        contents.check()
        verdict = contents.verdict
        notes.extend(contents.notes)
    return VerifyReport(not problems, signer if not problems else None, tuple(problems), tuple(notes), bag.root, verdict), bag


def _signatures(
    bag: bags.Bag, allowed: tuple[AllowedSigner, ...] | None, trust: Trust, at: datetime, problems: list[str], notes: list[str]
) -> str | None:
    signers: dict[bytes, str] = {}
    if not bag.signatures:
        (problems if allowed is not None else notes).append("bundle is not signed")
    for name, data in bag.signatures.items():
        try:
            signature = check(bag.root_bytes, data)
            if allowed is None:
                notes.append(f"{name}: signature fits, made by key {signature.fingerprint}")
                continue
            who = identify(signature, allowed, trust.principal if name == bags.SIGNATURE else None, at)
            if signature.key in signers:
                problems.append(f"{name}: a second signature by the same key")
            signers.setdefault(signature.key, who)
            notes.append(f"{name}: good signature by {who} with {signature.key_type} key {signature.fingerprint}")
        except BundleError as problem:
            problems.append(f"{name}: {problem}")
    if allowed is None:
        notes.append(UNKNOWN_SIGNER)
    elif bag.signatures and len(signers) < trust.signatures:
        problems.append(f"{len(signers)} good signatures, {trust.signatures} are asked for")
    return " and ".join(signers.values()) or None


def _timestamp(bag: bags.Bag, trust: Trust, at: datetime | None, problems: list[str], notes: list[str]) -> None:
    if bag.stamp is None:
        if trust.authority is not None:
            problems.append("there is no timestamp, and one is asked for")
        return
    try:
        stamp = timestamp.check(bag.signatures[bags.SIGNATURE], *bag.stamp, trust.authority, at)
    except BundleError as problem:
        problems.append(f"{bags.STAMP}: {problem}")
    except UsageError as problem:
        (problems if trust.authority else notes).append(f"{bags.STAMP}: not checked: {problem}")
    else:
        words = f"signed before {stamp.time.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        words += " by a trusted authority" if stamp.trusted else ", authority unknown"
        notes.append(f"{bags.STAMP}: {words}" + ("; its certificate has ended since" if stamp.expired else ""))


def countersign(path: Path, signer: Signer) -> str:
    """Sign a bundle that verifies once more, such as by a reviewer; gives the name of the new file. BundleError or UsageError otherwise."""
    bag = sound(path)
    name = next(
        (one for one in (bags.SIGNATURE, *(f"{bags.SIGNATURE}.{n}" for n in range(2, 10))) if one not in bag.signatures), None
    )
    if name is None:
        raise UsageError(f"{path}: has nine signatures already")
    made = signer.sign(bag.root_bytes)
    key = check(bag.root_bytes, made).key
    if any(check(bag.root_bytes, data).key == key for data in bag.signatures.values()):
        raise UsageError(f"{path}: is signed by this key already")
    bags.add(path, {name: made})
    return name


def stamp(path: Path, chain: Path, *, url: str | None = None, answer: Path | None = None) -> timestamp.Stamp:
    """Keep a timestamp over the first signature with the chain of its authority, asked for over HTTP or given as a file."""
    bag = sound(path)
    if bags.SIGNATURE not in bag.signatures or bag.stamp is not None:
        raise UsageError(f"{path}: only a signed bundle without a timestamp can be stamped")
    signature = bag.signatures[bags.SIGNATURE]
    token = answer.read_bytes() if answer else timestamp.ask(url or "", timestamp.query(signature))
    authority = chain.read_bytes()
    made = timestamp.check(signature, token, authority, None)
    bags.add(path, {bags.STAMP: token, bags.CHAIN: authority})
    return made
