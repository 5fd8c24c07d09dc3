"""Signatures agree with ssh-keygen both ways, and trust is never given by accident."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from manrs_conformance.errors import BundleError, UsageError
from manrs_conformance.evidence.sshsig import NAMESPACE, check, identify, read_allowed

from .conftest import PRINCIPAL, allow, write_key

DATA = b"the tag manifest\n"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def keygen_verify(folder: Path, allowed: Path, signature: bytes, data: bytes = DATA) -> bool:
    (folder / "sig").write_bytes(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(folder / "sig")]
    return subprocess.run(command, input=data, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_python_and_ssh_keygen_accept_each_other(tmp_path: Path, kind: str) -> None:
    signer = write_key(tmp_path / "key", kind)
    allowed = allow(tmp_path / "allowed", signer)
    ours, theirs = signer.sign(DATA), replace(signer, method="ssh-keygen").sign(DATA)
    assert keygen_verify(tmp_path, allowed, ours)
    for one in (ours, theirs):
        assert identify(check(DATA, one), read_allowed(allowed.read_text()), PRINCIPAL, NOW) == PRINCIPAL
        with pytest.raises(BundleError, match="does not match"):
            check(DATA + b"x", one)
    if kind != "ecdsa":
        assert ours == theirs


@pytest.mark.parametrize(
    ("options", "principal", "right"),
    [
        ("", PRINCIPAL, True),
        ('namespaces="git,manrs-*"', PRINCIPAL, True),
        ('namespaces="git"', PRINCIPAL, False),
        ('valid-after="20260101Z",valid-before="20270101Z"', PRINCIPAL, True),
        ('valid-before="20251231Z"', PRINCIPAL, False),
        ('valid-after="20260103Z"', PRINCIPAL, False),
        ("", "someone@example.net", False),
        ("cert-authority", PRINCIPAL, False),
    ],
)
def test_identity(tmp_path: Path, options: str, principal: str, right: bool) -> None:
    signer = write_key(tmp_path / "key")
    allowed = read_allowed(allow(tmp_path / "allowed", signer, options).read_text())
    signature = check(DATA, signer.sign(DATA))
    if right:
        assert identify(signature, allowed, principal, NOW) == principal
    else:
        with pytest.raises(BundleError):
            identify(signature, allowed, principal, NOW)


def test_other_namespace_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "key")
    command = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(tmp_path / "key")]
    signature = subprocess.run(command, input=DATA, capture_output=True, check=True).stdout
    with pytest.raises(BundleError, match="namespace"):
        check(DATA, signature)


def test_unknown_option_is_refused(tmp_path: Path) -> None:
    signer = write_key(tmp_path / "key")
    with pytest.raises(UsageError, match="line 1"):
        read_allowed(allow(tmp_path / "allowed", signer, "no-touch").read_text())


def test_unusable_key(tmp_path: Path) -> None:
    signer = write_key(tmp_path / "key")
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(UsageError, match="signing key"):
        signer.sign(DATA)
