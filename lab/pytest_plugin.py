"""The questions as tests, for whoever makes an archive and has a CI of his own.

``pytest --pyargs lab.suite --dicom-target HOST:PORT`` runs each probe as a test. Loaded by each
pytest of an environment that has pacslab, so it imports nothing before it is needed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.report.model import ProbeEntry
    from lab.verify.identity import Identity

SUITE = "lab.suite"
OPTIONS = (
    ("target", "HOST[:PORT]", "the archive that is asked"),
    ("identity", "FILE", "TOML file: peers that the archive knows"),
    ("called-ae", "TITLE", "the archive's AE title"),
    ("calling-ae", "TITLE", "a title that it knows: ours"),
    ("ca", "FILE", "PEM: the CA of its certificate"),
    ("cert", "FILE", "PEM: our certificate"),
    ("key", "FILE", "PEM: its key"),
    ("server-name", "NAME", "the name in the archive's certificate, if not HOST"),
    ("authorised", "WHO", "who allows it, on what ground; needed beyond this machine"),
    ("scope", "FILE", "file that names the public addresses in scope"),
    ("out", "FOLDER", "where report.json and report.html go"),
)
"""Name after ``--dicom-``, what it takes, and what it is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--dicom-...``."""
    group = parser.getgroup("pacslab", "pacslab: questions to an archive of DICOM images")
    for name, takes, what in OPTIONS:
        group.addoption(f"--dicom-{name}", metavar=takes, default=None, help=what)
    group.addoption(
        "--dicom-inconclusive",
        choices=("fail", "skip"),
        default="fail",
        help="what an inconclusive answer is (fail: what could not be settled is not green)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say what is missing before the first question, and not once for each."""
    asked = any(_is_ours(item) for item in items)
    if asked and not _option(config, "target"):
        raise pytest.UsageError("say which archive is asked: --dicom-target HOST:PORT")


def _is_ours(item: pytest.Item) -> bool:
    return str(getattr(getattr(item, "module", None), "__name__", "")).startswith(SUITE)


@pytest.fixture(scope="session")
def dicom_answers(request: pytest.FixtureRequest) -> "dict[str, ProbeEntry]":
    """What was found, by probe: everything that was selected is asked once."""
    from lab.errors import WrongUseError  # noqa: PLC0415 - nothing before it is needed

    selected = {item.name for item in request.session.items if _is_ours(item)}
    try:
        return _ask(request.config, selected)
    except (WrongUseError, OSError) as error:
        pytest.exit(f"pacslab: {error}", returncode=pytest.ExitCode.USAGE_ERROR)


def _ask(config: pytest.Config, selected: set[str]) -> "dict[str, ProbeEntry]":
    from lab import catalogue  # noqa: PLC0415
    from lab.probes import PROBES  # noqa: PLC0415
    from lab.report.page import page  # noqa: PLC0415
    from lab.verify.address import check_consent, parse, read_scope  # noqa: PLC0415
    from lab.verify.one import Plan, verify  # noqa: PLC0415

    address = parse(_option(config, "target") or "")
    scope = _option(config, "scope")
    authorised = _option(config, "authorised")
    check_consent(address, authorised, read_scope(Path(scope) if scope else None))
    plan = Plan(
        address,
        _identity(config),
        authorised,
        closed_by=catalogue.closed_by(),
        probes=[probe for probe in PROBES if f"test_probe[{probe.id}]" in selected],
    )
    report = verify(plan).report
    out = _option(config, "out")
    if out:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(report.to_json(), encoding="utf-8")
        (folder / "report.html").write_text(page(report), encoding="utf-8")
    return {probe.id: probe for probe in report.probes}


def _identity(config: pytest.Config) -> "Identity":
    """Whom we are when the archive should know us."""
    from lab.verify.identity import IdentityTable, PeerTable, check, read_identity  # noqa: PLC0415

    file = _option(config, "identity")
    if file:
        return read_identity(Path(file))
    title = _option(config, "calling-ae")
    peer = PeerTable(
        ae_title=title or "", certificate=_path(config, "cert"), key=_path(config, "key")
    )
    return check(
        IdentityTable(
            called_ae=_option(config, "called-ae"),
            ca=_path(config, "ca"),
            server_name=_option(config, "server-name"),
            peers=(peer,) if title else (),
        )
    )


def _path(config: pytest.Config, name: str) -> Path | None:
    given = _option(config, name)
    return Path(given).absolute() if given else None


def _option(config: pytest.Config, name: str) -> str | None:
    given: str | None = config.getoption(f"--dicom-{name}")
    return given
