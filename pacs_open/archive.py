"""Instances on disk: an append-only log of whole Part 10 objects, durable by group commit."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from pacs_open.codec import Codec, identity
from pacs_open.values import Head, Query, Record

Durability = Literal["durable", "relaxed"]


class Outcome(StrEnum):
    """What a commit did."""

    STORED = "stored"
    REPLACED = "replaced"
    """Other bytes stood under this SOP Instance UID; they are found no more."""
    REPEATED = "repeated"
    """The same data set was there already; nothing was written."""


@dataclass(frozen=True)
class Held:
    """An instance that the archive holds, and where it lies."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    patient_id: str
    study_instance_uid: str
    series_instance_uid: str
    size: int
    """Bytes of the data set."""
    digest: str
    """SHA-256 of the data set, 64 lower-case hex digits."""
    segment: int
    offset: int
    """Where its record starts in the segment."""


class Stored(Protocol):
    """A data set of the archive, open for reading."""

    plain: bool
    """Whether ``descriptor`` holds the very bytes, for ``os.sendfile`` and the like; the file
    position of the descriptor must not be relied on."""
    descriptor: int
    offset: int
    """Of the data set (after the file meta information) in the file."""
    length: int
    """Bytes of the data set."""

    def read(self, size: int = -1) -> bytes:
        """Read the next ``size`` bytes, all that are left if negative; b"" at the end."""

    def chunks(self, size: int = 262144) -> Iterator[bytes]:
        """Iterate over the rest in pieces of at most ``size`` bytes."""


class Problem(Protocol):
    """What ``check`` found."""

    kind: str
    where: str
    detail: str


class Incoming:
    """An instance that arrives; leaving the context without a commit discards it."""

    size: int = 0
    """Bytes of the data set so far."""

    @property
    def head(self) -> Head | None:
        """Elements up to (0020,000E), once that many bytes came; None until then."""
        raise NotImplementedError

    def finish(self) -> Head:
        """No more bytes will come: the head as far as it goes (for the ``inspect`` moment)."""
        raise NotImplementedError

    def write(self, data: bytes | memoryview) -> None:
        """Take the next bytes of the data set; ``data`` may be reused after the return.

        Raises:
            ArchiveFullError: no room.
        """
        raise NotImplementedError

    def commit(self, decide: Callable[[Record], None]) -> Outcome:
        """Make it durable and visible; ``decide`` is asked inside the index transaction.

        ``decide`` raises a Refusal to say no; it may be called on another thread.

        Raises:
            Refusal: whatever ``decide`` raised, or DimseRefused C000H or A900H (PS3.4 B.2.3)
                for a data set that cannot be understood or is another than announced.
            ArchiveFullError, IndexUnavailableError: nothing was stored (A700H).
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        raise NotImplementedError


class Archive:
    """A directory with the log and its index; thread-safe, and shared by worker processes.

    Forking must happen before an Archive is made.
    """

    def __init__(
        self,
        directory: Path,
        *,
        index_url: str | None = None,
        durability: Durability = "durable",
        codec: Codec = identity,
    ) -> None:
        raise NotImplementedError

    def receive(
        self,
        *,
        sop_class_uid: str,
        sop_instance_uid: str,
        transfer_syntax: str,
        source_ae_title: str = "",
    ) -> Incoming:
        """Begin to store an instance.

        Raises:
            DimseRefused: 0117H for a SOP Instance UID that is empty, over 64 characters or
                has control characters.
            ArchiveFullError: no room.
        """
        raise NotImplementedError

    def search(self, query: Query, only: Collection[str] = ()) -> Iterator[Mapping[str, str]]:
        """Matches of a C-FIND: keyword to decoded text, multiple values joined by backslashes.

        All attributes of the level and above that the index keeps; ``only`` these keywords if
        some are given (cheaper). Memory is bounded, no writer waits for the iterator.
        """
        raise NotImplementedError

    def locate(self, query: Query) -> list[Held]:
        """Name the instances that a C-GET or C-MOVE identifier names, in commit order."""
        raise NotImplementedError

    def open(self, held: Held) -> AbstractContextManager[Stored]:
        """Open the data set of an instance.

        Raises:
            DamagedRecordError: the log does not hold what the index says.
        """
        raise NotImplementedError

    def state_hash(self) -> str:
        """SHA-256 over the sorted (SOP Instance UID, data set SHA-256) of all instances."""
        raise NotImplementedError

    def check(self) -> list[Problem]:
        """Read the whole log and compare it with the index."""
        raise NotImplementedError

    def rebuild(self) -> int:
        """Make the index anew from the log; needs the archive alone. Returns instances."""
        raise NotImplementedError

    def export(self, directory: Path) -> int:
        """Write loose DICOM files for people. Returns their number."""
        raise NotImplementedError

    def mark(self) -> None:
        """Remember this state for ``reset``; workers may go on."""
        raise NotImplementedError

    def reset(self) -> None:
        """Cut back to the mark; needs the archive alone (all workers stopped)."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave the directory; what is open stays readable, nothing more can be stored."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
