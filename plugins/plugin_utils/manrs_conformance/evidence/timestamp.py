"""RFC 3161 timestamps over a signature, through `openssl ts`: asked for, kept with their chain, and checked offline."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import BundleError, UsageError

MAX_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp that fits: its time, and whether an authority that was given from outside vouches for it."""

    time: datetime
    trusted: bool
    expired: bool
    """Whether the authority's certificate has ended since; the token then proves the time only with the chain that is kept."""


def _openssl(*words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["openssl", "ts", *words], capture_output=True, check=False, timeout=60, env={**os.environ, "LC_ALL": "C"}
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise UsageError(f"timestamps need the program openssl: {problem}") from problem


def query(signature: bytes) -> bytes:
    """The request that a timestamp authority answers (RFC 3161 section 2.4.1): SHA-256 of the signature, certificate asked for."""
    with tempfile.TemporaryDirectory() as folder:
        held, made = Path(folder, "sig"), Path(folder, "tsq")
        held.write_bytes(signature)
        done = _openssl("-query", "-data", str(held), "-sha256", "-cert", "-out", str(made))
        if done.returncode:
            raise UsageError(f"openssl could not make a timestamp request: {_why(done)}")
        return made.read_bytes()


def ask(url: str, request: bytes) -> bytes:
    """Send a request to an authority over HTTP(S) (RFC 3161 section 3.4); UsageError when it does not answer."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url}: not an http or https address")
    post = urllib.request.Request(url, request, {"Content-Type": "application/timestamp-query"})
    try:
        with urllib.request.urlopen(post, timeout=30) as answer:
            return bytes(answer.read(MAX_ANSWER))
    except (urllib.error.URLError, OSError) as problem:
        raise UsageError(f"{url}: no timestamp: {problem}") from problem


def check(signature: bytes, token: bytes, chain: bytes, authority: Path | None, now: datetime | None = None) -> Stamp:
    """Verify a token over a signature; BundleError when it does not fit, or is by another authority than the one given."""
    with tempfile.TemporaryDirectory() as folder:
        held, answer, kept = (Path(folder, name) for name in ("sig", "tsr", "chain.pem"))
        for path, data in ((held, signature), (answer, token), (kept, chain)):
            path.write_bytes(data)
        shown = _openssl("-reply", "-in", str(answer), "-text")
        found = re.search(rb"Time stamp: (\w{3} +\d{1,2} \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", shown.stdout)
        if shown.returncode or not found:
            raise BundleError("timestamp cannot be read")
        time = datetime.strptime(b" ".join(found.groups()).decode(), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        trust = str(authority or kept)

        def verified(at: datetime) -> subprocess.CompletedProcess[bytes]:
            words = ("-data", str(held), "-in", str(answer), "-CAfile", trust, "-untrusted", str(kept))
            return _openssl("-verify", *words, "-attime", str(int(at.timestamp())))

        done = verified(time)
        if done.returncode:
            raise BundleError(f"timestamp does not hold: {_why(done)}")
        return Stamp(time, authority is not None, bool(verified(now or datetime.now(UTC)).returncode))


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
    reasons = [line.split("error:")[-1].rsplit(":", 2)[0] for line in lines if "error:" in line]
    return reasons[0] if reasons else (lines[-1] if lines else "no reason given")
