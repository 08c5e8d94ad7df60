"""A station's main process: listens where it has to, waits for TERM, and ends in good order."""

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.inbox import Inbox, server_context
from lab.scene import Peer
from lab.stations.arrivals import Notebook
from lab.stations.config import ArchiveTable, Station
from lab.stations.scenes import peer_of

PID_FILE = "station.pid"


def serve(station: Station) -> None:
    """Listen, and return once TERM or INT has come.

    Raises:
        lab.inbox.AddressTakenError: somebody else listens where we must.
        OSError: a folder or a key of the station's own cannot be used.
    """
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    _clear(station.images)
    with contextlib.ExitStack() as stack:
        notebook = Notebook(station.run)
        stack.callback(notebook.close)
        for peer, archive in standing(station):
            inbox = stack.enter_context(_inbox(peer, notebook.receiver))
            _log("listening", ae_title=peer.ae_title, port=inbox.address[1], tls=archive.tls)
        pid = station.run / PID_FILE
        pid.write_text(f"{os.getpid()}\n", encoding="ascii")
        stack.callback(pid.unlink, missing_ok=True)
        _log("ready")
        over.wait()
    _log("stopped")


def standing(station: Station) -> list[tuple[Peer, ArchiveTable]]:
    """The station's devices whose listeners stand all the time, once for each archive."""
    return [
        (peer_of(station, device, station.archive(name)), station.archive(name))
        for device in station.devices
        if device.stands
        for name in device.listens
    ]


def _inbox(peer: Peer, receiver: Callable[..., Any]) -> Inbox:
    """Where TLS is spoken, nothing is taken without it and without the archive's certificate."""
    assert peer.listens_on is not None  # noqa: S101 - that is what stands
    tls = None
    if peer.certificate is not None:
        trust = peer.certificate.with_name("trust.pem")
        tls = server_context(peer.certificate, peer.key, trust)
    return Inbox(
        peer.listens_on,
        peer.ae_title,
        tls=tls,
        tls_only=tls is not None,
        receive=receiver(tls=tls is not None),
    )


def _clear(images: Path | None) -> None:
    """Remove what an order left behind that was cut off."""
    for left in images.iterdir() if images else ():
        shutil.rmtree(left, ignore_errors=True)


def _log(event: str, **more: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
    sys.stdout.flush()
