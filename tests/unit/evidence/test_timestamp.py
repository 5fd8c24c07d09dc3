"""Second signatures, and timestamps of a local authority: kept with their chain, checked offline, asked for over HTTP."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from manrs_conformance.errors import BundleError, UsageError
from manrs_conformance.evidence import Trust, bag, countersign, stamp, timestamp, verify

from .conftest import Signed, allow, write_key

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[ext]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:true
"""


class Authority:
    """A timestamp authority with a root of its own."""

    def __init__(self, folder: Path, name: str = "tsa") -> None:
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "conf").write_text(CONFIG.format(folder=self.folder) + "[req]\ndistinguished_name = dn\n[dn]\n")
        (self.folder / "serial").write_text("01\n")
        self.run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem"
        )
        self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-out", "csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "conf", "-extensions", "ext")
        self.run("x509", "-req", "-in", "csr", *signed, "-out", "tsa.pem")
        (self.folder / "chain.pem").write_bytes((self.folder / "tsa.pem").read_bytes() + (self.folder / "ca.pem").read_bytes())
        self.root, self.chain = self.folder / "ca.pem", self.folder / "chain.pem"

    def run(self, *words: str) -> None:
        extra = ("-config", "conf", "-subj", f"/CN={self.folder.name}") if words[0] == "req" else ()
        extra = (*extra, "-extensions", "ca") if "-x509" in words else extra
        subprocess.run(["openssl", *words, *extra], cwd=self.folder, check=True, capture_output=True)

    def answer(self, request: bytes) -> bytes:
        (self.folder / "tsq").write_bytes(request)
        words = (
            "-reply",
            "-config",
            "conf",
            "-section",
            "one",
            "-queryfile",
            "tsq",
            "-signer",
            "tsa.pem",
            "-inkey",
            "key",
            "-out",
            "tsr",
        )
        self.run("ts", *words, "-chain", "ca.pem")
        return (self.folder / "tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def copy(signed: Signed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed.path, tmp_path / "bundle"))


@pytest.fixture
def stamped(copy: Path, authority: Authority, tmp_path: Path) -> Path:
    (tmp_path / "answer").write_bytes(authority.answer(timestamp.query((copy / bag.SIGNATURE).read_bytes())))
    stamp(copy, authority.chain, answer=tmp_path / "answer")
    return copy


def test_a_stamped_bundle_verifies_offline(stamped: Path, authority: Authority, signed: Signed) -> None:
    report = verify(stamped, trust=Trust(signed.allowed, authority=authority.root))
    assert report.ok and any("by a trusted authority" in one for one in report.notes)
    assert any("authority unknown" in one for one in verify(stamped).notes)
    words = ["-data", bag.SIGNATURE, "-in", bag.STAMP, "-CAfile", str(authority.root), "-untrusted", bag.CHAIN]
    assert subprocess.run(["openssl", "ts", "-verify", *words], cwd=stamped, capture_output=True, check=False).returncode == 0


def test_a_stamp_outlives_its_certificate(stamped: Path, authority: Authority) -> None:
    later = timestamp.check(
        (stamped / bag.SIGNATURE).read_bytes(),
        (stamped / bag.STAMP).read_bytes(),
        (stamped / bag.CHAIN).read_bytes(),
        authority.root,
        datetime(2200, 1, 1, tzinfo=UTC),
    )
    assert later.expired and later.trusted


def test_another_authority_or_none_is_refused(stamped: Path, copy: Path, signed: Signed, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other")
    assert any("does not hold" in one for one in verify(stamped, trust=Trust(signed.allowed, authority=other.root)).problems)
    unstamped = verify(signed.path, trust=Trust(signed.allowed, authority=other.root))
    assert "there is no timestamp, and one is asked for" in unstamped.problems


@pytest.mark.parametrize("damage", ["token", "signature", "chain", "lone"])
def test_damaged_stamps_are_noticed(stamped: Path, signed: Signed, damage: str) -> None:
    if damage == "token":
        data = bytearray((stamped / bag.STAMP).read_bytes())
        data[len(data) // 2] ^= 1
        (stamped / bag.STAMP).write_bytes(data)
    elif damage == "signature":
        key = write_key(stamped.parent / "again")
        (stamped / bag.SIGNATURE).write_bytes(key.sign((stamped / bag.TAGS).read_bytes()))
    elif damage == "chain":
        (stamped / bag.CHAIN).write_text("")
    else:
        (stamped / bag.CHAIN).unlink()
    assert not verify(stamped).ok


def test_asked_for_over_http(copy: Path, authority: Authority) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_words: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stamp(copy, authority.chain, url=f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert verify(copy, trust=Trust(authority=authority.root)).ok
    with pytest.raises(UsageError, match="without a timestamp"):
        stamp(copy, authority.chain, url="http://127.0.0.1:1/")


def test_an_answer_to_another_question_is_not_kept(copy: Path, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "answer").write_bytes(authority.answer(timestamp.query(b"something else")))
    with pytest.raises(BundleError, match="does not hold"):
        stamp(copy, authority.chain, answer=tmp_path / "answer")
    assert not (copy / bag.STAMP).exists() and verify(copy).ok


def test_second_signature(copy: Path, signed: Signed, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="this key already"):
        countersign(copy, signed.signer)
    reviewer = write_key(tmp_path / "reviewer")
    assert countersign(copy, reviewer) == bag.SIGNATURE + ".2"
    both = tmp_path / "both"
    line = allow(tmp_path / "one", reviewer).read_text().replace("noc@", "reviewer@")
    both.write_text(signed.allowed.read_text() + line)
    report = verify(copy, trust=Trust(both, signatures=2))
    assert report.ok and report.signer == "noc@example.net and reviewer@example.net"
    assert not verify(copy, trust=Trust(both, signatures=3)).ok and not verify(copy, trust=Trust(signed.allowed)).ok
    (copy / (bag.SIGNATURE + ".2")).write_bytes((copy / bag.SIGNATURE).read_bytes())
    assert any("same key" in one for one in verify(copy, trust=Trust(both)).problems)
