"""`pacslab report pack` and `pacslab report check`: evidence that shows any change."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.commands.faults import faults
from lab.evidence_pack.checking import check as check_pack
from lab.evidence_pack.packing import pack as make_pack
from lab.evidence_pack.signing import fingerprint, read_key
from lab.report import text


def pack(
    folder: Annotated[Path, typer.Argument(help="The --out folder of a run.")],
    *,
    out: Annotated[Path, typer.Option(help="The pack to write.")] = Path("evidence.zip"),
    signing_key: Annotated[Path | None, typer.Option(help="Ed25519 private key, PEM.")] = None,
) -> None:
    """Pack report, transcript and versions. With hashes and, with a key, a signature."""
    with faults("use"):
        key = read_key(signing_key) if signing_key else None
        out.write_bytes(make_pack(folder, key))
        said = f"signed by {fingerprint(key.public_key())}" if key else "not signed"
        text.console().print(Text(f"{out}: {said}"), soft_wrap=True)


def check(
    file: Annotated[Path, typer.Argument(metavar="PACK", help="An evidence pack.")],
    *,
    expect_key: Annotated[
        str | None, typer.Option(metavar="FINGERPRINT", help="SHA-256 of the signer's public key.")
    ] = None,
) -> None:
    """Check a pack offline. Exit code 1: something in it was changed, or another key signed."""
    with faults("read"):
        found = check_pack(file.read_bytes(), expect_key)
        text.console().print(Text(found.sentence), soft_wrap=True)
        raise typer.Exit(found.exit_code)
