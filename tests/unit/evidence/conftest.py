"""Fixtures: the sample audit as a module, keys, and a signed bundle."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from manrs_conformance.evidence import NAMESPACE, Signer, build

SAMPLE = Path(__file__).with_name("sample.py")
PRINCIPAL = "noc@example.net"
Key = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signed:
    """A signed bundle with the allowed signers file that trusts it."""

    path: Path
    allowed: Path
    signer: Signer


def load_sample() -> ModuleType:
    """The sample audit."""
    spec = importlib.util.spec_from_file_location("evidence_sample", SAMPLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The sample audit."""
    return load_sample()


def write_key(path: Path, kind: str = "ed25519") -> Signer:
    """A new private key of a kind, as a signer."""
    made: dict[str, Key] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "rsa": rsa.generate_private_key(65537, 2048),
        "ecdsa": ec.generate_private_key(ec.SECP384R1()),
    }
    text = made[kind].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    path.write_bytes(text)
    path.chmod(0o600)
    signer = Signer(path, PRINCIPAL)
    path.with_name(path.name + ".pub").write_text(signer.public() + "\n")
    return signer


def allow(path: Path, signer: Signer, options: str = f'namespaces="{NAMESPACE}"') -> Path:
    """An allowed signers file with one line."""
    path.write_text(f"{PRINCIPAL} {options} {signer.public()}\n".replace("  ", " "))
    return path


@pytest.fixture(scope="session")
def signed(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """A signed bundle."""
    folder = tmp_path_factory.mktemp("signed")
    signer = write_key(folder / "key")
    built = build(folder / "bundle", **sample.inputs(), signer=signer)
    return Signed(built.path, allow(folder / "allowed", signer), signer)
