"""What a visit leaves: the report in every form that was asked for, its transcript, a pack."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lab.claims import judging
from lab.claims.reading import Claims
from lab.claims.reading import read as read_claims
from lab.conformance.profiles import profiles_in
from lab.evidence_pack.packing import TRANSCRIPT, pack
from lab.evidence_pack.signing import read_key
from lab.report.junit import junit
from lab.report.model import Report
from lab.report.page import page
from lab.report.sarif import sarif
from lab.transcript import Transcript
from lab.verdict import ExitCode
from lab.verify.titles import text_of


@dataclass(frozen=True)
class Wanted:
    """What was asked for, read and checked before the first question."""

    claims: Claims | None = None
    junit: Path | None = None
    sarif: Path | None = None
    pack: Path | None = None
    key: Ed25519PrivateKey | None = None


def wanted(
    *,
    claims: str | None = None,
    statement: Path | None = None,
    junit: Path | None = None,
    sarif: Path | None = None,
    pack: Path | None = None,
    signing_key: Path | None = None,
) -> Wanted:
    """Read everything that can be wrong.

    Raises:
        WrongUseError: claims or the key cannot be read; the message says where.
    """
    read = read_claims(claims) if claims else None
    if statement is not None:
        stated = profiles_in(text_of(statement), statement.name)
        read = Claims(
            product=read.product if read else statement.name,
            claims=(*(read.claims if read else ()), *stated),
        )
    key = read_key(signing_key) if signing_key else None
    return Wanted(read, junit, sarif, pack, key)


def leave(found: Report, transcript: Transcript, folder: Path, asked: Wanted) -> Report:
    """Write it all; the report, with the claims in it."""
    report = judging.with_claims(found, asked.claims) if asked.claims else found
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "report.json", report.to_json())
    _write(folder / "report.html", page(report))
    _write(folder / TRANSCRIPT, transcript.text())
    if asked.junit is not None:
        _write(asked.junit, junit(report))
    if asked.sarif is not None:
        _write(asked.sarif, sarif(report))
    if asked.pack is not None:
        asked.pack.parent.mkdir(parents=True, exist_ok=True)
        asked.pack.write_bytes(pack(folder, asked.key))
    return report


def exit_code(found: ExitCode, report: Report) -> ExitCode:
    """Of questions and claims together: a fail counts before doubt, doubt before a pass."""
    codes = {found, judging.exit_code(report.claims)}
    for code in (ExitCode.SOME_FAIL, ExitCode.INCONCLUSIVE):
        if code in codes:
            return code
    return found


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
