"""Archives with any choice of controls: a process each, on this machine's loopback.

The programs are imported once, by a process that forks itself for each archive; where a system
cannot do that, each archive's process imports them anew. An archive ends with whoever holds it.
"""

import contextlib
import gc
import logging
import multiprocessing
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pacs_open.config
import pacs_secure.config
from lab.engines import EngineError, settings
from lab.engines.ports import free_port
from lab.engines.process import START_WITHIN, STOP_WITHIN, make_audit_key, make_identities
from lab.engines.processes import StartedProcess
from lab.engines.record import Archive, Lab
from lab.pki import Identity, private_folder
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.server import Server

TIME_TO_LIVE = timedelta(hours=1)
SILENT_FOR = 120.0
"""Seconds after which a process that says nothing is given up."""
LOG, CRL = "log", "crl.pem"

Change = Callable[[Sequence[Control]], Sequence[Control]]
"""What is done to the controls before they are asked: how the tests break one on purpose."""


@dataclass(frozen=True)
class Choice:
    """Which archive: the open one, or the hardened one as its ``--only`` and ``--without`` say."""

    is_open: bool = False
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    change: Change | None = None


@dataclass(frozen=True)
class Standing:
    """An archive that listens: the lab as whoever calls it sees it, and the controls it has."""

    lab: Lab
    controls: tuple[str, ...]
    tls: bool
    """Whether TLS is spoken there."""


def processes(preload: Sequence[str] = ()) -> BaseContext:
    """How processes are made here; where they are forked, ``preload`` is imported once."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, *preload])
    return context


class Ablation:
    """Keys, certificates and a folder that all these archives share."""

    def __init__(self, folder: Path, context: BaseContext) -> None:
        now = datetime.now(UTC)
        self._context = context
        self._taken: set[int] = set()
        self._lab = Lab(
            engine="process",
            folder=folder,
            since=now,
            until=now + TIME_TO_LIVE,
            raised_by=StartedProcess.this(),
            bound=True,
        )
        make_identities(self._lab, TIME_TO_LIVE)

    @property
    def lab(self) -> Lab:
        """The lab that all archives belong to; none of them is in it."""
        return self._lab

    def hear(self, work: Callable[..., None], arguments: Sequence[object]) -> Iterator[Any]:
        """Work in a process of its own, and whatever it sends through the pipe it is given last.

        Nothing more comes once it has ended, or was silent for too long.
        """
        ours, theirs = self._context.Pipe()
        process = self._process(work, (*arguments, theirs))
        theirs.close()
        try:
            with contextlib.suppress(EOFError):
                while ours.poll(SILENT_FOR):
                    yield ours.recv()
        finally:
            ours.close()
            _end(process)

    @contextlib.contextmanager
    def archive(self, name: str, choice: Choice) -> Iterator[Standing]:
        """Start an archive, empty, with an empty ledger; it ends with the block.

        Raises:
            EngineError: it does not start.
        """
        lab = self._lab.model_copy(
            update={"workstation_port": self._port(), "secure_callback_port": self._port()}
        )
        folder = self._lab.folder / f"{name}-{lab.workstation_port}"
        toml = self._write(folder, lab, choice)
        ours, theirs = self._context.Pipe()
        process = self._process(serve, (toml, folder / LOG, choice, theirs))
        theirs.close()
        try:
            yield _await(ours, process, name, lab, folder / CRL)
        finally:
            ours.close()  # it ends at that
            _end(process)

    def _process(self, target: Callable[..., None], arguments: Sequence[object]) -> BaseProcess:
        process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]  # all have one
            target=_live, args=(target, *arguments), daemon=True
        )
        process.start()
        return process

    def _port(self) -> int:
        """A free port that none of our archives was given before."""
        while (port := free_port()) in self._taken:
            pass
        self._taken.add(port)
        return port

    def _write(self, folder: Path, lab: Lab, choice: Choice) -> Path:
        """The archive's TOML, beside the lab's own: relative paths lead to the same keys."""
        private_folder(folder)
        if choice.is_open:
            tables = settings.open_archive(
                port=0,
                workstation_port=lab.workstation_port,
                callback_port=lab.secure_callback_port,
            )
        else:
            tables = self._tables(folder, lab)
        tables["archive"] = {"directory": str(folder / "archive"), "durability": "relaxed"}
        toml = lab.folder / "secure" / f"{folder.name}.toml"
        settings.write(toml, tables, f"an archive of the matrix: {choice}")
        return toml

    def _tables(self, folder: Path, lab: Lab) -> dict[str, Any]:
        """The lab's own settings with the tightest values; trail and revocations are its own."""
        own = lab.folder / "secure" / "tls"
        tables = settings.secure_archive(
            port=0,
            workstation_port=lab.workstation_port,
            callback_port=lab.secure_callback_port,
            identities=lab.identities(),
            own=Identity.load("pacs-secure", own, ae_title=settings.SECURE_TITLE),
        )
        make_audit_key(folder)
        shutil.copyfile(lab.folder / "secure" / CRL, folder / CRL)
        tables["controls"]["tls"]["crl"] = str(folder / CRL)
        trail = {name: str(folder / path) for name, path in tables["controls"]["audit"].items()}
        tables["controls"] = _brisk({**tables["controls"], "audit": trail})
        return tables


def _end(process: BaseProcess) -> None:
    process.join(STOP_WITHIN)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


def _brisk(controls: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same tables with the tightest values in them."""
    names = dict.fromkeys([*controls, *settings.BRISK])
    return {name: {**controls.get(name, {}), **settings.BRISK.get(name, {})} for name in names}


def _await(pipe: Connection, process: BaseProcess, name: str, lab: Lab, crl: Path) -> Standing:
    """Wait until the archive listens."""
    try:
        said = pipe.recv() if pipe.poll(START_WITHIN) else "it says nothing"
    except EOFError:
        said = "it ended"
    if isinstance(said, str):
        raise EngineError(f"the archive {name} did not start: {said}")
    (host, port), title, controls, tls = said
    archive = Archive(
        host=host,
        port=port,
        ae_title=title,
        process=StartedProcess.of(process.pid or 0),
        crl=crl,
    )
    return Standing(lab.model_copy(update={"secure": archive}), controls, tls)


def _live(work: Callable[..., None], *arguments: object) -> None:
    """The whole life of a process of ours."""
    gc.freeze()  # what was imported before the fork stays shared, and is not searched for garbage
    work(*arguments)


def serve(toml: Path, log: Path, choice: Choice, pipe: Connection) -> None:
    """The whole life of an archive's process: it ends when the pipe's other end does.

    HUP has its controls read their files anew, as in an archive of the programs.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever holds it decides when it ends
    if hasattr(signal, "SIGHUP"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})  # before there are threads
    logging.basicConfig(filename=log, level=logging.WARNING)
    try:
        config, controls = _load(toml, choice)
        server = Server(config, controls)
    except Exception as error:  # it reads one line, whatever it is
        pipe.send(f"{type(error).__name__}: {error}")
        return
    if hasattr(signal, "SIGHUP"):
        threading.Thread(target=_reload_at_each_hup, args=(server,), daemon=True).start()
    with server:
        names = tuple(control.name for control in controls)
        with contextlib.suppress(EOFError, OSError):
            tls = server.stack.secure().ssl_context is not None
            pipe.send((server.address, config.network_ae.ae_title, names, tls))
            pipe.recv()
        server.stop(0.0)


def _reload_at_each_hup(server: Server) -> None:
    """One reload after the other: of two at a time the one that read first might come last."""
    while signal.sigwait({signal.SIGHUP}):
        server.reload()


def _load(toml: Path, choice: Choice) -> tuple[Config, Sequence[Control]]:
    """What ``pacs-open``, or ``pacs-secure`` with its options, would be configured with."""
    if choice.is_open:
        return pacs_open.config.load(toml), ()
    config, controls = pacs_secure.config.load(toml, only=choice.only, without=choice.without)
    return config, choice.change(controls) if choice.change else controls
