"""A worker process as its supervisor sees it: two pipes, and what is known of it."""

import contextlib
from multiprocessing import Pipe


class Child:
    """One worker."""

    def __init__(self, number: int) -> None:
        self.name = f"worker {number}"
        self.questions, self.ledger = Pipe()
        """The supervisor's and the worker's end of the ledger."""
        self.orders, self.commands = Pipe(duplex=False)
        """The worker's and the supervisor's end: what to do, and whether the supervisor lives."""
        self.pid = 0
        self.serves = False
        self.obeys = True
        """Whether it goes by the newest settings."""

    def order(self, order: bytes) -> None:
        """Tell the worker; one that is gone need not be told."""
        with contextlib.suppress(OSError):
            self.commands.send_bytes(order)

    def close(self) -> None:
        """Close the supervisor's ends."""
        for end in (self.questions, self.commands):
            end.close()
