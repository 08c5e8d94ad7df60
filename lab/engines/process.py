"""The lab as processes of this machine: needs nothing but Python.

Both archives listen on loopback on ports that are free. Each has a folder of its own with its
TOML, its archive and its log; who reads one archive's folder finds no other archive's key.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from lab.certificates import Usage
from lab.engines import (
    TIME_TO_LIVE,
    EngineError,
    Which,
    admitting,
    claim,
    keeper,
    known,
    settings,
)
from lab.engines.ports import free_port
from lab.engines.processes import ProgramError, StartedProcess, await_line, start
from lab.engines.record import BAD_CERTIFICATES, DEVICES, Archive, Lab
from lab.issuing import users
from lab.newcomer import Newcomer
from lab.pki import Authority, Identity, private_folder

if TYPE_CHECKING:
    from lab.crew.here import CrewHere
    from pacs_open.archive.archive import Archive as Store

START_WITHIN = 60.0
"""Seconds an archive has to say that it listens."""
STOP_WITHIN = 15.0
"""Seconds an archive has to finish what is at hand; its own bound is 10."""
PREVIOUS_LOG = "log.1"
PROGRAMS: Mapping[Which, str] = {"open": "pacs_open.cli", "secure": "pacs_secure.cli"}
RUN = "import sys; from {} import main; sys.exit(main())"


class ProcessEngine:
    """Archives as child processes, written down by id and start time."""

    name: ClassVar[str] = "process"

    def up(
        self,
        folder: Path,
        *,
        time_to_live: timedelta = TIME_TO_LIVE,
        bound: bool = False,
        admit: bool = True,
    ) -> Lab:
        """Start both archives; see :meth:`lab.engines.Engine.up`."""
        now = datetime.now(UTC)
        lab = Lab(
            engine="process",
            folder=folder,
            since=now,
            until=now + time_to_live,
            raised_by=StartedProcess.this(),
            bound=bound,
            workstation_port=free_port(),
            open_workstation_port=free_port(),
            callback_port=free_port(),
            secure_callback_port=free_port(),
        )
        claim.take(lab, known.is_alive, known.down)
        try:
            lab = lab.but(keeper=keeper.start_for(lab))
            make_identities(lab, time_to_live)
            _write_settings(lab, admit=admit)
            return self._start(lab, ("open", "secure")).but(ready=True)
        except BaseException:  # also Ctrl-C: nothing may be left running
            self.down(lab)
            raise

    def is_alive(self, lab: Lab) -> bool:
        """Whether an archive or the keeper runs, or whoever is raising the lab."""
        if not lab.ready:
            return lab.raised_by.runs
        kept = lab.keeper is not None and lab.keeper.runs
        return kept or any(self.runs(lab, which) for which in PROGRAMS)

    def runs(self, lab: Lab, which: Which) -> bool:
        """Whether one archive's process is there."""
        return _process(claim.latest(lab), which) is not None

    def stop(self, lab: Lab, which: Which) -> None:
        """Stop one archive."""
        process = _process(claim.latest(lab), which)
        if process is not None:
            process.stop(STOP_WITHIN)

    def mark(self, lab: Lab) -> None:
        """Leave a mark in both archives' logs."""
        for which in PROGRAMS:
            with _store(lab, which) as store:
                store.mark()

    def reset(self, lab: Lab) -> Lab:
        """Stop the archives, cut their logs back to the mark, start them on the same ports."""
        lab = claim.latest(lab)
        for which in PROGRAMS:
            self.stop(lab, which)
            with _store(lab, which) as store:
                store.reset()
        return self._start(lab, tuple(PROGRAMS))

    def down(self, lab: Lab) -> None:
        """Stop the archives and the keeper, then remove the folder."""
        lab = claim.latest(lab)
        for which in PROGRAMS:
            self.stop(lab, which)
        this = StartedProcess.this()
        if lab.keeper is not None and lab.keeper.pid != this.pid:
            lab.keeper.stop(STOP_WITHIN)
        claim.remove(lab)

    def watch(self, lab: Lab) -> None:
        """Nothing to ask again: processes of ours listen where they were told to, on loopback."""

    def notes(self, _lab: Lab) -> Sequence[str]:
        """Nothing."""
        return ()

    def admit(self, lab: Lab, newcomer: Newcomer) -> str:
        """Admit a device; see :meth:`lab.engines.Engine.admit`."""
        return admitting.admit(lab, _running(lab), _log(lab, "secure"), newcomer)

    def revoke(self, lab: Lab, name: str) -> None:
        """Revoke a device's certificate; what it has open is cut off."""
        admitting.revoke(lab, _running(lab), _log(lab, "secure"), name)

    def crew(self, lab: Lab) -> "CrewHere":
        """Every device is a few threads of whoever asks for it."""
        from lab.crew.here import CrewHere  # noqa: PLC0415 - a keeper has none

        return CrewHere(claim.latest(lab))

    def _start(self, lab: Lab, which: tuple[Which, ...]) -> Lab:
        """Start archives side by side, then wait for each to listen."""
        for name in which:
            lab = lab.but(**{name: _start_archive(lab, name)})
        for name in which:
            lab = lab.but(**{name: _await_listening(lab, name)})
        return lab


def audit_files(lab: Lab) -> tuple[Path, Path, Path]:
    """Trail, key and anchor of the hardened archive's audit."""
    folder = lab.folder / "secure"
    return (
        folder / "audit" / "trail.log",
        folder / "audit-key" / "key",
        folder / "audit-key" / "anchor",
    )


def _store(lab: Lab, which: Which) -> "Store":
    """An archive's content; its own process may have it open too."""
    from pacs_open.archive.archive import Archive as Store  # noqa: PLC0415 - a demo opens none

    return Store(lab.folder / which / "archive")


def _process(lab: Lab, which: Which) -> StartedProcess | None:
    """The archive's process if it runs."""
    archive: Archive | None = getattr(lab, which)
    if archive is None or archive.process is None or not archive.process.runs:
        return None
    return archive.process


def _running(lab: Lab) -> StartedProcess:
    """The hardened archive's process. Raises EngineError if it does not run."""
    process = _process(claim.latest(lab), "secure")
    if process is None:
        raise EngineError("pacs-secure is not running; `pacslab reset` starts it again")
    return process


def make_identities(lab: Lab, time_to_live: timedelta) -> None:
    """Certificates of the hardened archive and of the clinic's devices, and the bad ones."""
    from lab import bad_certificates  # noqa: PLC0415 - a keeper makes none
    from lab.user_identity import USER  # noqa: PLC0415

    authority = Authority.create(lab.folder / "authority", lifetime=time_to_live)
    private_folder(lab.folder / "secure")
    private_folder(lab.folder / "open")
    authority.issue("pacs-secure", lab.folder / "secure" / "tls", ae_title=settings.SECURE_TITLE)
    for name, title in DEVICES.items():
        listens = name == "workstation"
        authority.issue(
            name,
            lab.folder / "identities" / name,
            ae_title=title,
            usage=Usage.CALLS_AND_LISTENS if listens else Usage.CALLS,
        )
    bench = bad_certificates.Bench(authority, "modality", until=lab.until)
    bad_certificates.write_all(bench, lab.folder / BAD_CERTIFICATES)
    authority.write_crl(lab.folder / "secure" / "crl.pem")
    seats = {title: lab.folder / "identities" / name for name, title in DEVICES.items()}
    at = {user: seats[title] / USER for title, user in settings.USERS.items()}
    users.make(at, lab.folder / "secure" / "users", authority.until)
    make_audit_key(lab.folder / "secure")


def make_audit_key(folder: Path) -> None:
    """The key of the audit trail's chain, apart from the trail."""
    private_folder(folder / "audit")
    private_folder(folder / "audit-key")
    key = folder / "audit-key" / "key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32) + "\n", encoding="ascii")


def _write_settings(lab: Lab, *, admit: bool) -> None:
    """The TOML of both archives."""
    tables: dict[Which, dict[str, Any]] = {
        "open": settings.open_archive(
            port=free_port(),
            workstation_port=lab.open_workstation_port,
            callback_port=lab.callback_port,
        ),
        "secure": settings.secure_archive(
            port=free_port(),
            workstation_port=lab.workstation_port,
            callback_port=lab.secure_callback_port,
            identities=lab.identities(),
            own=Identity.load(
                "pacs-secure", lab.folder / "secure" / "tls", ae_title=settings.SECURE_TITLE
            ),
            admit=admit,
        ),
    }
    for which, table in tables.items():
        settings.write(_toml(lab, which), table, f"pacs-{which} of the lab of {lab.since:%c}")


def _toml(lab: Lab, which: Which) -> Path:
    return lab.folder / which / f"pacs-{which}.toml"


def _log(lab: Lab, which: Which) -> Path:
    return lab.folder / which / "log"


def _start_archive(lab: Lab, which: Which) -> Archive:
    """Start one archive; it is written down before anything else can go wrong."""
    program = RUN.format(PROGRAMS[which])
    arguments = ["-c", program, "--config", str(_toml(lab, which)), "--log-format", "json"]
    log = _log(lab, which)
    if log.exists():  # what it said before a reset is kept, once
        log.replace(log.with_name(PREVIOUS_LOG))
    process = start(arguments, lab.folder / which, log)
    before: Archive | None = getattr(lab, which)
    if before is not None:
        return before.model_copy(update={"process": process})
    return Archive(host="127.0.0.1", port=0, ae_title="", process=process)


def _await_listening(lab: Lab, which: Which) -> Archive:
    """Wait until the archive says where it listens."""
    archive: Archive = getattr(lab, which)
    assert archive.process is not None  # noqa: S101 - was set a line ago
    try:
        said = await_line(archive.process, _log(lab, which), "listening", START_WITHIN)
    except ProgramError as error:
        raise EngineError(f"pacs-{which} did not start: {error}") from error
    return Archive(
        host=said["host"],
        port=said["port"],
        ae_title=said["ae_title"],
        process=archive.process,
        crl=lab.folder / "secure" / "crl.pem" if which == "secure" else None,
    )
