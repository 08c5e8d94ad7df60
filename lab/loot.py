"""What a stranger has obtained, counted while it arrives."""

import hashlib
import io
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from lab.conversation import SUCCESS
from lab.delivery import Delivered
from lab.marked import PATIENT_ID_PREFIX

PIXEL_DATA = 0x7FE00010
LONG_HEADER, SHORT_HEADER = 12, 8
"""Bytes before the value of Pixel Data: explicit VR (PS3.5 7.1.2) and implicit VR (7.1.3)."""
AT_ONCE = 2
"""Threads that hash and hand on; hashing lets other threads run."""
WAITING = 8
"""Instances in memory at most, beside those in hand: the archive waits rather than our memory."""

Sink = Callable[[Delivered], None]


@dataclass(frozen=True)
class Look:
    """What one data set says of itself."""

    patient_id: str
    pixel_sha256: str | None


def look(delivered: Delivered) -> Look:
    """Read up to Pixel Data and hash its value as it came, without decoding a pixel."""
    syntax = UID(delivered.transfer_syntax)
    data = memoryview(delivered.data_set)
    stream = io.BytesIO(delivered.data_set)
    ds = read_dataset(stream, syntax.is_implicit_VR, syntax.is_little_endian, stop_when=_at_pixels)
    patient_id = str(ds.get("PatientID", ""))
    header = SHORT_HEADER if syntax.is_implicit_VR else LONG_HEADER
    begin = stream.tell() + header
    if begin > len(data) or syntax.is_compressed:
        return Look(patient_id, None)
    length = int.from_bytes(data[begin - 4 : begin], "little")
    return Look(patient_id, hashlib.sha256(data[begin : begin + length]).hexdigest())


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(tag) >= PIXEL_DATA


@dataclass
class Loot:
    """A context manager; give :meth:`receive` to a C-GET, and read the counts after the block."""

    sink: Sink | None = None
    progress: Callable[[int], None] | None = None
    images: dict[str, str | None] = field(default_factory=dict)
    """SOP Instance UID to the SHA-256 of Pixel Data, None where there is none to hash."""
    patients: set[str] = field(default_factory=set)
    size: int = 0
    """Bytes of all data sets."""
    faults: list[str] = field(default_factory=list)
    """What went wrong on our side; then the counts are lower bounds."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: queue.Queue[Delivered | None] = queue.Queue(WAITING)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(AT_ONCE)]

    def receive(self, delivered: Delivered) -> int:
        """Take one instance; answers the archive before it is looked at."""
        self._queue.put(delivered)
        return SUCCESS

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (delivered := self._queue.get()) is not None:
            try:
                self._count(delivered, look(delivered))
            except Exception as error:  # one odd instance must not stop the count of the others
                with self._lock:
                    self.faults.append(f"{type(error).__name__}: {error}")

    def _count(self, delivered: Delivered, seen: Look) -> None:
        if seen.patient_id.startswith(PATIENT_ID_PREFIX):
            return
        uid = delivered.sop_instance_uid
        with self._lock:
            new = uid not in self.images
            self.images.setdefault(uid, seen.pixel_sha256)
            self.patients.add(seen.patient_id)
            self.size += len(delivered.data_set)
            count = len(self.images)
        if new and self.sink is not None:
            self.sink(delivered)
        if self.progress is not None:
            self.progress(count)
