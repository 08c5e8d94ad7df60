"""Ports for what the lab starts: chosen before somebody listens there.

A port that the system hands out as free may be anybody's a moment later, as the near end of a
connection. Those come from the upper range (32768 and above, 49152 elsewhere; RFC 6335 6), so ours
come from below it, by chance, so that two labs hardly ever choose the same.
"""

import secrets
import socket

LOWEST, HIGHEST = 20000, 31999
"""The range that ports are chosen from."""
TRIES = 200


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that no outgoing connection will take.

    Raises:
        OSError: every one that was tried is taken.
    """
    for _ in range(TRIES):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST} of 127.0.0.1")
