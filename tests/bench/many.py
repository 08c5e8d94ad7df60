"""`pacslab verify --targets` over simulated archives: nine in ten reject a stranger, one is open."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from lab.engines.ports import free_port
from pacs_open.config import Config
from pacs_open.server import Server

REJECTION = bytes.fromhex("03000000000400010103")
"""A-ASSOCIATE-RJ: calling AE title not recognized (PS3.8 9.3.4)."""
ONE_OPEN_IN = 10


@contextlib.contextmanager
def _rejecting() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listening.accept()
                with caller, contextlib.suppress(OSError):
                    caller.settimeout(5)
                    if caller.recv(4096)[:1] == b"\x01":
                        caller.sendall(REJECTION)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _open(folder: Path) -> Server:
    return Server(
        Config.model_validate(
            {
                "archive": {"directory": folder, "durability": "relaxed"},
                "network_connection": {"host": "127.0.0.1", "port": 0},
                "callback_port": free_port(),
            }
        )
    )


def many(count: int) -> str:
    """How long a list of so many takes as it is asked by default, starts of processes included."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name, contextlib.ExitStack() as up:
        folder, ports = Path(name), []
        for number in range(count):
            if number % ONE_OPEN_IN:
                ports.append(up.enter_context(_rejecting()))
            else:
                ports.append(up.enter_context(_open(folder / f"archive-{number}")).address[1])
        lines = ["target", *(f"127.0.0.1:{port}" for port in ports), ""]
        (folder / "targets.csv").write_text("\n".join(lines))
        words = ["--targets", str(folder / "targets.csv")]
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "lab", "verify", *words, "--out", str(folder / "out")],
            check=False,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - began
    ended = "as it should" if done.returncode == 1 else f"with {done.returncode}: {done.stderr}"
    return f"verify: {count} archives in {seconds:.1f} s (at most 90); it ended {ended}"
