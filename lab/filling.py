"""Fills archives through the modality while the images are still being made.

A patient's study is sent as soon as its files are there; drawing and sending overlap.
"""

import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.peers.modality import Modality, Sent
from sample_images.manifest import Manifest, PatientEntry
from sample_images.size import Size
from sample_images.writing import Progress as Drawn
from sample_images.writing import write


def fill(
    directory: Path,
    modalities: Sequence[Modality],
    drawn: Drawn,
    *,
    patients: int,
    seed: int,
    size: Size,
    first: int = 1,
    jobs: int = 0,
) -> tuple[Manifest, tuple[Sent, ...]]:
    """Draw images into ``directory`` and send them; what became of them, for each modality.

    ``drawn`` is told the patients drawn, patients in all, and words about the last one; ``jobs``
    processes draw (0: one for each processor). ``first`` is the number of the first patient.

    Raises:
        sample_images.writing.WritingError: the images cannot be written.
    """
    arriving = [_Arriving() for _ in modalities]

    def finished(patient: PatientEntry) -> None:
        for studies in arriving:
            studies.put(patient)

    with ThreadPoolExecutor(max(len(modalities), 1)) as pool:
        devices = [
            pool.submit(modality.send, studies)
            for modality, studies in zip(modalities, arriving, strict=True)
        ]
        try:
            manifest = write(
                directory,
                patients=patients,
                first=first,
                seed=seed,
                size=size,
                jobs=jobs,
                progress=drawn,
                finished=finished,
            )
        finally:
            for studies in arriving:
                studies.put(None)
        return manifest, tuple(device.result() for device in devices)


class _Arriving(Iterator[PatientEntry]):
    """Patients in the order they are finished; ends when None is put."""

    def __init__(self) -> None:
        self._queue: queue.Queue[PatientEntry | None] = queue.Queue()

    def put(self, patient: PatientEntry | None) -> None:
        self._queue.put(patient)

    def __next__(self) -> PatientEntry:
        patient = self._queue.get()
        if patient is None:
            self._queue.put(None)  # it stays at its end
            raise StopIteration
        return patient
