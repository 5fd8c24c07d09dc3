"""The `manrs bundle` commands."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api, evidence
from ..errors import BundleError, UsageError
from .options import READABLE, TAMPERED


@click.group()
def bundle() -> None:
    """Verify, replay, show and compare evidence bundles."""


SIGNERS = click.option("--allowed-signers", type=READABLE, default=None, help="Who may sign, in OpenSSH's allowed_signers format.")


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@SIGNERS
@click.option("--signatures", type=click.IntRange(1, 9), default=1, help="Good signatures by different keys that there must be.")
@click.option("--tsa-ca", "authority", type=READABLE, default=None, help="Root certificate (PEM) whose timestamp there must be.")
def verify(path: Path, allowed_signers: Path | None, signatures: int, authority: Path | None) -> int:
    """Check every digest, count, reference, signature and timestamp."""
    if signatures > 1 and allowed_signers is None:
        raise UsageError("--signatures counts the signers that --allowed-signers names: give both")
    report = api.verify_bundle(path, allowed_signers, signatures=signatures, authority=authority)
    for line in (*report.notes, *(f"PROBLEM {one}" for one in report.problems)):
        click.echo(line)
    click.echo(f"{'OK' if report.ok else 'FAILED'}: {report.signer or 'integrity only, signer unknown'}")
    return 0 if report.ok else TAMPERED


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@SIGNERS
def replay(path: Path, allowed_signers: Path | None) -> int:
    """Evaluate again from the bundle alone; the results must be byte for byte the same.

    Devices that the bundle marks as not replayable are left out, and named.
    """
    verified = api.verify_bundle(path, allowed_signers)
    if not verified.ok:
        raise BundleError(f"{path}: not replayed, verification failed: {'; '.join(verified.problems[:3])}")
    found = api.replay_bundle(path)
    for one in found.differences:
        click.echo(one)
    for name in found.doubted:
        click.echo(f"NOT REPLAYABLE {name}: its results rest on the raw configuration, which the operator keeps")
    click.echo(
        f"{'DIFFERENT' if found.differences else 'identical'}: {found.results} results evaluated again"
        + " but for these" * bool(found.doubted)
    )
    return TAMPERED if found.differences else 0


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
def show(path: Path) -> int:
    """Show a bundle at the terminal."""
    click.echo(evidence.show(path))
    return 0


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--key", type=READABLE, required=True, help="SSH private key of the second signer.")
def sign(path: Path, key: Path) -> int:
    """Sign a bundle that verifies once more, as a reviewer does."""
    click.echo(f"signed: {evidence.countersign(path, evidence.Signer(key))}")
    return 0


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--chain", type=READABLE, required=True, help="Certificates of the timestamp authority (PEM), kept in the bundle.")
@click.option(
    "--tsa", "url", default=None, help="Address of the authority (RFC 3161 over HTTP); only a hash of the signature is sent."
)
@click.option("--answer", type=READABLE, default=None, help="The authority's answer as a file, got by another way.")
def stamp(path: Path, chain: Path, url: str | None, answer: Path | None) -> int:
    """Keep a timestamp over the signature: proof that it existed before a time."""
    if (url is None) == (answer is None):
        raise UsageError("give one of --tsa and --answer")
    click.echo(f"stamped: {evidence.stamp(path, chain, url=url, answer=answer).time.isoformat()}")
    return 0


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("device")
def config(path: Path, device: str) -> int:
    """Show the redacted configuration of a device."""
    click.echo(evidence.device_configuration(path, device), nl=False)
    return 0


@bundle.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def diff(old: Path, new: Path) -> int:
    """Show what changed between two runs."""
    click.echo(evidence.diff(old, new).text)
    return 0


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("device")
@click.argument("raw", type=READABLE)
@click.option(
    "--commitment-key", "key", type=READABLE, required=True, help="The file BUNDLE.commitment-key, which the operator kept."
)
def opens(path: Path, device: str, raw: Path, key: Path) -> int:
    """Show on site that RAW (a configuration or a *.snapshot.json) is what DEVICE's redacted configuration came from."""
    right = api.opens_commitment(path, device, raw, key)
    click.echo("OPENED: the raw configuration is the one committed to" if right else "NOT OPENED: another text, device or key")
    return 0 if right else TAMPERED
