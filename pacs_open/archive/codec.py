"""How a record is written in the log: the place where encryption would go.

A codec sees the whole Part 10 object as it streams by. Its number stands in each record, so
that an archive can change its codec and still read what it has. The first one changes nothing.
"""

from typing import Protocol


class Transform(Protocol):
    """One object on its way into the log or out of it."""

    def update(self, data: bytes | memoryview) -> bytes | memoryview:
        """Transform the next bytes; may hold some back."""

    def finish(self) -> bytes:
        """Give what was held back; raise ``ValueError`` if the object was tampered with."""


class Codec(Protocol):
    """A way to write records."""

    number: int
    """Stands in each record, 0 to 65535."""
    plain: bool
    """Whether bytes in the log are the bytes of the object, so that they can be sent as is."""

    def encoder(self) -> Transform:
        """Start writing one object."""

    def decoder(self) -> Transform:
        """Start reading one object, from its first byte."""


class _Unchanged:
    def update(self, data: bytes | memoryview) -> bytes | memoryview:
        return data

    def finish(self) -> bytes:
        return b""


class _Identity:
    number = 0
    plain = True

    def encoder(self) -> Transform:
        return _Unchanged()

    def decoder(self) -> Transform:
        return _Unchanged()


identity: Codec = _Identity()
"""Bytes as they came."""
