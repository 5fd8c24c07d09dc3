"""SSHSIG signatures (OpenSSH PROTOCOL.sshsig), made and verified in pure Python or through `ssh-keygen -Y`."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ..errors import BundleError, UsageError

NAMESPACE = "manrs-evidence@routesec.manrs"
"""Fixed, so that a signature made for a login or a commit can never be taken for evidence."""

MAGIC = b"SSHSIG"
HEAD = "-----BEGIN SSH SIGNATURE-----"
TAIL = "-----END SSH SIGNATURE-----"
CURVES: dict[bytes, tuple[type[ec.EllipticCurve], hashes.HashAlgorithm]] = {
    b"nistp256": (ec.SECP256R1, hashes.SHA256()),
    b"nistp384": (ec.SECP384R1, hashes.SHA384()),
    b"nistp521": (ec.SECP521R1, hashes.SHA512()),
}


@dataclass(frozen=True, slots=True)
class Signer:
    """An SSH key that signs: a private key file, or with `ssh-keygen` also a public key whose other half an agent holds."""

    key: Path
    principal: str = ""
    passphrase: bytes | None = None
    method: Literal["python", "ssh-keygen"] = "python"

    def sign(self, data: bytes) -> bytes:
        """Armoured signature over the data; UsageError when the key cannot be used."""
        return self._keygen(data) if self.method == "ssh-keygen" else sign(data, self._load())

    def public(self) -> str:
        """The public key as one line `type base64`."""
        if self.method == "ssh-keygen":
            public = self.key if self.key.suffix == ".pub" else self.key.with_name(self.key.name + ".pub")
            if public.is_file():
                return " ".join(public.read_text().split()[:2])
        return _public_bytes(self._load()).decode()

    def _load(self) -> PrivateKey:
        try:
            data = self.key.read_bytes()
            loader = serialization.load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else serialization.load_pem_private_key
            key = loader(data, self.passphrase)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise UsageError(f"signing key {self.key.name}: {problem}") from problem
        if not isinstance(key, (ed25519.Ed25519PrivateKey, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
            raise UsageError(f"signing key {self.key.name}: this type cannot sign evidence; use ed25519, ecdsa or rsa")
        return key

    def _keygen(self, data: bytes) -> bytes:
        try:
            done = subprocess.run(
                ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(self.key)],
                input=data,
                capture_output=True,
                check=False,
                timeout=120,
                env={**os.environ, "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise UsageError(f"ssh-keygen could not sign: {problem}") from problem
        if done.returncode or not done.stdout.startswith(HEAD.encode()):
            raise UsageError(f"ssh-keygen could not sign: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signature:
    """A parsed signature whose mathematics were checked."""

    key_type: str
    key: bytes
    """The public key in SSH wire form."""

    @property
    def fingerprint(self) -> str:
        """`SHA256:…` as ssh-keygen prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.key).digest()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One line of an allowed signers file (ssh-keygen(1))."""

    principals: str
    key: bytes
    namespaces: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    authority: bool = False


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _signed(data: bytes, algorithm: bytes) -> bytes:
    digest = hashlib.new(algorithm.decode(), data).digest()
    return MAGIC + _string(NAMESPACE.encode()) + _string(b"") + _string(algorithm) + _string(digest)


def _public_bytes(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def armour(blob: bytes) -> bytes:
    """The text form that ssh-keygen writes."""
    text = base64.b64encode(blob).decode()
    return "\n".join([HEAD, *(text[at : at + 70] for at in range(0, len(text), 70)), TAIL, ""]).encode()


def sign(data: bytes, key: PrivateKey) -> bytes:
    """Sign with a loaded key; ed25519 and RSA give the bytes that ssh-keygen gives."""
    message = _signed(data, b"sha512")
    public = base64.b64decode(_public_bytes(key).split()[1])
    if isinstance(key, ed25519.Ed25519PrivateKey):
        blob = _string(b"ssh-ed25519") + _string(key.sign(message))
    elif isinstance(key, rsa.RSAPrivateKey):
        blob = _string(b"rsa-sha2-512") + _string(key.sign(message, padding.PKCS1v15(), hashes.SHA512()))
    else:
        curve = _Reader(public).take(2)[1]
        first, second = utils.decode_dss_signature(key.sign(message, ec.ECDSA(CURVES[curve][1])))
        blob = _string(b"ecdsa-sha2-" + curve) + _string(_mpint(first) + _mpint(second))
    return armour(MAGIC + (1).to_bytes(4, "big") + b"".join(map(_string, (public, NAMESPACE.encode(), b"", b"sha512", blob))))


def _mpint(value: int) -> bytes:
    return _string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


class _Reader:
    """Reads SSH wire strings; BundleError when the data ends early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def raw(self, size: int) -> bytes:
        part = self.data[self.at : self.at + size]
        if len(part) != size:
            raise BundleError("signature is cut short")
        self.at += size
        return part

    def take(self, count: int) -> list[bytes]:
        return [self.raw(int.from_bytes(self.raw(4), "big")) for _ in range(count)]

    def end(self) -> None:
        if self.at != len(self.data):
            raise BundleError("signature has bytes behind its end")


def check(data: bytes, signature: bytes) -> Signature:
    """Verify the mathematics of an armoured signature; BundleError when anything is wrong. Says nothing of who signed."""
    text = signature.decode("ascii", "replace").splitlines()
    if len(text) < 3 or text[0] != HEAD or text[-1] != TAIL:
        raise BundleError("signature is not in SSHSIG form")
    try:
        blob = base64.b64decode("".join(text[1:-1]), validate=True)
    except ValueError as problem:
        raise BundleError(f"signature is not base64: {problem}") from problem
    if armour(blob) != signature:
        raise BundleError("signature is not in the form that ssh-keygen writes")
    reader = _Reader(blob)
    if reader.raw(6) != MAGIC or reader.raw(4) != b"\0\0\0\1":
        raise BundleError("signature is not SSHSIG version 1")
    public, namespace, reserved, algorithm, inner = reader.take(5)
    reader.end()
    if namespace != NAMESPACE.encode() or reserved:
        raise BundleError(f"signature is for namespace {namespace.decode(errors='replace')!r}, not {NAMESPACE!r}")
    if algorithm not in (b"sha256", b"sha512"):
        raise BundleError("signature uses an unknown hash")
    kind = _verify(public, inner, _signed(data, algorithm))
    return Signature(kind, public)


def _verify(public: bytes, inner: bytes, message: bytes) -> str:
    outer = _Reader(inner)
    algorithm, value = outer.take(2)
    outer.end()
    kind = _Reader(public).take(1)[0]
    try:
        key = serialization.load_ssh_public_key(kind + b" " + base64.b64encode(public))
        if isinstance(key, ed25519.Ed25519PublicKey) and algorithm == kind:
            key.verify(value, message)
        elif isinstance(key, rsa.RSAPublicKey) and algorithm in (b"rsa-sha2-256", b"rsa-sha2-512"):
            if key.key_size < 2048:
                raise BundleError("signature is by an RSA key shorter than 2048 bits")
            key.verify(value, message, padding.PKCS1v15(), hashes.SHA512() if algorithm.endswith(b"512") else hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == kind:
            numbers = _Reader(value)
            first, second = (int.from_bytes(part, "big") for part in numbers.take(2))
            numbers.end()
            key.verify(utils.encode_dss_signature(first, second), message, ec.ECDSA(CURVES[kind.removeprefix(b"ecdsa-sha2-")][1]))
        else:
            raise BundleError(
                f"signature type {algorithm.decode(errors='replace')!r} is not supported here; use ssh-keygen -Y verify"
            )
    except (ValueError, KeyError, UnsupportedAlgorithm) as problem:
        raise BundleError(f"signature key cannot be read: {problem}") from problem
    except InvalidSignature as problem:
        raise BundleError("signature does not match: the bundle is not what was signed") from problem
    return kind.decode()


def read_allowed(text: str) -> tuple[AllowedSigner, ...]:
    """Parse an allowed signers file; UsageError names the line."""
    result = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.match(r'\s*("[^"]*"|\S+)\s+(.*?)((?:ssh-|ecdsa-|sk-)[\w@.-]+)\s+([A-Za-z0-9+/=]+)', line)
        if not found:
            raise UsageError(f"allowed signers line {number}: not `principals [options] keytype key`")
        options = {key.lower(): value for key, value in re.findall(r'([\w-]+)(?:="([^"]*)")?', found[2])}
        if unknown := set(options) - {"cert-authority", "namespaces", "valid-after", "valid-before"}:
            raise UsageError(f"allowed signers line {number}: unknown option {sorted(unknown)[0]}")
        try:
            key = base64.b64decode(found[4], validate=True)
            after, before = (_time(options[name]) if name in options else None for name in ("valid-after", "valid-before"))
        except ValueError as problem:
            raise UsageError(f"allowed signers line {number}: {problem}") from problem
        result.append(
            AllowedSigner(found[1].strip('"'), key, options.get("namespaces"), after, before, "cert-authority" in options)
        )
    return tuple(result)


def _time(text: str) -> datetime:
    body = text.removesuffix("Z")
    formats = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if len(body) not in formats:
        raise ValueError(f"time {text!r} is not YYYYMMDD[HHMM[SS]][Z]")
    moment = datetime.strptime(body, formats[len(body)])
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment.astimezone()


def _listed(patterns: str, name: str) -> bool:
    listed = False
    for pattern in patterns.split(","):
        if fnmatchcase(name, pattern.removeprefix("!").replace("[", "[[]")):
            if pattern.startswith("!"):
                return False
            listed = True
    return listed


def identify(signature: Signature, allowed: tuple[AllowedSigner, ...], principal: str | None, at: datetime) -> str:
    """Who signed, by the allowed signers at a moment; BundleError when key, principal, namespace or time is not allowed."""
    reasons = []
    for one in allowed:
        if one.authority or one.key != signature.key:
            continue
        if one.namespaces is not None and not _listed(one.namespaces, NAMESPACE):
            reasons.append("key is not allowed for this namespace")
        elif principal is not None and not _listed(one.principals, principal):
            reasons.append(f"key does not belong to {principal}")
        elif (one.after and at < one.after) or (one.before and at >= one.before):
            reasons.append("key is outside its validity time")
        else:
            return principal or one.principals
    raise BundleError(
        f"signature by {signature.fingerprint}: " + (reasons[0] if reasons else "this key is not in the allowed signers file")
    )
