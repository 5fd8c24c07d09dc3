"""The tool inside the bundle: the engine that ran as a wheel, the packages it needs, and a bill of materials."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from . import bag
from .canonical import document

NAME = "routesec-manrs"
NEEDS = ("click", "cryptography", "jinja2", "jsonschema", "pyyaml", "rich")
"""What the engine imports from outside the standard library."""
KEPT = frozenset({".py", ".json", ".j2", ".yml", ".yaml", ".typed", ".csv", ".txt", ".cfg"})
EPOCH = (1980, 1, 1, 0, 0, 0)
ARCHIVES = Path(__file__).resolve().parent.parent / "data" / "archives.json"
"""SHA-256 of the archives on PyPI of the packages that the engine is tested with, by `NAME==VERSION`."""
CALENDAR = "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec UTC redacted"
"""Words of the lines above a configuration, and the one that stands for a secret."""
SPACE = uuid.UUID("8f6f6f0c-5ad1-5c8a-9d0f-3f3a2f0a5f11")


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed package that the engine needs; `sha256` is over its RECORD, which names the digest of each of its files."""

    name: str
    version: str
    sha256: str
    needs: tuple[str, ...]


@cache
def engine_files() -> Mapping[str, bytes]:
    """Every source and data file of the engine that is running, by path below its package."""
    base = Path(__file__).resolve().parent.parent
    found = (path for path in base.rglob("*") if path.suffix in KEPT and path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in sorted(found)}


@cache
def vocabulary() -> frozenset[str]:
    """Every word of eight letters or more that the engine's files hold, and that its messages may; joined ones (`address-family`) too."""
    texts = [data.decode("utf-8", "replace") for data in engine_files().values()]
    return frozenset(
        word for text in texts for pattern in (r"[A-Za-z]{8,}", r"[A-Za-z]+(?:-[A-Za-z]+)+") for word in re.findall(pattern, text)
    )


@cache
def platform_words() -> frozenset[str]:
    """Every word that the parsers know: the words of texts in their source."""
    known = set(CALENDAR.split())
    for name, data in engine_files().items():
        if name.startswith("platforms/") and name.endswith(".py"):
            known.update(_literals(ast.parse(data)))
    return frozenset(known)


def _literals(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""  # a docstring
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[A-Za-z][A-Za-z0-9_.-]*", node.value)


@cache
def engine() -> dict[str, str]:
    """SHA-256 of every file of the engine that is running."""
    return {name: bag.digest(data) for name, data in engine_files().items()}


@cache
def engine_digest() -> str:
    """One SHA-256 over the engine's files."""
    return bag.digest(document(engine()))


@cache
def distributions() -> tuple[Distribution, ...]:
    """The packages that the engine needs, with what these need in turn, as they are installed."""
    found: dict[str, Distribution] = {}
    pending = list(NEEDS)
    while pending:
        name = _normal(pending.pop())
        if name in found:
            continue
        try:
            held = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        needs = tuple(sorted({_normal(one) for one in (held.requires or ()) if _plain(one)}))
        record = held.read_text("RECORD") or ""
        lines = sorted(line for line in record.splitlines() if ",sha256=" in line and ".pyc" not in line and "../" not in line)
        found[name] = Distribution(name, held.version, bag.digest("\n".join(lines).encode()), needs)
        pending.extend(needs)
    return tuple(
        Distribution(one.name, one.version, one.sha256, tuple(n for n in one.needs if n in found)) for one in _sorted(found)
    )


def _sorted(found: Mapping[str, Distribution]) -> list[Distribution]:
    return [found[name] for name in sorted(found)]


def _plain(requirement: str) -> bool:
    """Whether a requirement holds without an extra being asked for."""
    return "extra ==" not in requirement and "extra==" not in requirement


def _normal(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _number(version: str) -> str:
    return version if re.fullmatch(r"[0-9]+(\.[0-9]+)*([abc.+a-z0-9]*)", version) else "0"


@cache
def wheel(version: str) -> tuple[str, bytes]:
    """The running engine as a wheel (PEP 427): name and bytes, stored without compression, so that they depend on its files only."""
    number = _number(version)
    stem = f"routesec_manrs-{number}"
    info = f"{stem}.dist-info"
    needs = "".join(f"Requires-Dist: {name}\n" for name in NEEDS)
    files = {f"manrs_conformance/{name}": data for name, data in engine_files().items()}
    files |= {
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {number}\nLicense: Apache-2.0\nRequires-Python: >=3.11\n"
            f"Summary: The engine that made an evidence bundle, to evaluate it again.\n{needs}"
        ).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: manrs bundle\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": b"[console_scripts]\nmanrs = manrs_conformance.cli:main\n",
    }
    record = "".join(f"{name},sha256={_record(data)},{len(data)}\n" for name, data in sorted(files.items()))
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items(), key=lambda item: (item[0].startswith(info), item[0])):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            archive.writestr(entry, data)
    return f"{stem}-py3-none-any.whl", out.getvalue()


def _record(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def lock() -> bytes:
    """`requirements.lock`: the packages beside the engine, pinned to what ran.

    With the SHA-256 of their archives, which pip then insists on, where the engine knows those of all versions that ran: it ships them for
    the versions that it is tested with. pip takes all digests or none, so otherwise a comment names the packages without.
    """
    known = json.loads(ARCHIVES.read_text("utf-8"))
    pinned = [f"{one.name}=={one.version}" for one in distributions()]
    head = "# The packages that the engine in this folder needs, in the versions that made this bundle.\n"
    if missing := [one for one in pinned if one not in known]:
        head += f"# Without digests of archives, as the engine was not tested with {', '.join(missing)}.\n"
        return (head + "".join(f"{one}\n" for one in pinned)).encode()
    lines = (" \\\n".join([one, *(f"    --hash=sha256:{value}" for value in known[one])]) for one in pinned)
    return (head + "".join(f"{line}\n" for line in lines)).encode()


def bill(version: str) -> bytes:
    """`sbom.cdx.json`: CycloneDX 1.5, with nothing in it that the contents do not decide."""
    name, data = wheel(version)
    own = f"pkg:pypi/{NAME}@{_number(version)}"
    body: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, bag.digest(data) + bag.digest(lock()))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": NAME,
                "version": _number(version),
                "purl": own,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": bag.digest(data)}],
                "properties": [{"name": "manrs:file", "value": f"data/tool/wheels/{name}"}],
            }
        },
        "components": [_component(one) for one in distributions()],
        "dependencies": [
            {"ref": own, "dependsOn": sorted(_purl(one) for one in distributions() if one.name in NEEDS)},
            *(
                {"ref": _purl(one), "dependsOn": sorted(_purl(x) for x in distributions() if x.name in one.needs)}
                for one in distributions()
            ),
        ],
    }
    return document(body)


def _purl(one: Distribution) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"


def _component(one: Distribution) -> dict[str, Any]:
    digest = {"name": "manrs:record-sha256", "value": one.sha256}
    purl = _purl(one)
    return {"type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl, "properties": [digest]}
