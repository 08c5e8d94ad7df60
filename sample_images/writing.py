"""Writes sample images: DIR/<patient number>/<n>.dcm and the answer key DIR/manifest.json.

Patients are independent of one another, so each is one task; only as many tasks are handed out as
keep the processes busy, and each process holds one image at a time. 1600 patients need no more
memory than 16, but for the answer key itself.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from pydantic import ValidationError
from pydicom.dataset import Dataset

from sample_images import chest_xray, ct, iod, mammogram, manifest, mr
from sample_images.manifest import InstanceEntry, Manifest, PatientEntry, SeriesEntry, StudyEntry
from sample_images.patients import Modality, Patient, plan
from sample_images.size import Size

Progress = Callable[[int, int, str], None]

# Each modality draws its patients' studies, one data set at a time.
_DRAWN_BY: dict[Modality, Callable[[Patient, Size], Iterator[Dataset]]] = {
    Modality.DX: chest_xray.instances,
    Modality.CT: ct.instances,
    Modality.MR: mr.instances,
    Modality.MG: mammogram.instances,
}


class WritingError(OSError):
    """The images could not all be written. The directory has no answer key then."""


def write(
    directory: Path,
    *,
    patients: int = 16,
    first: int = 1,
    seed: int = 2019,
    size: Size = Size.FULL,
    jobs: int = 0,
    progress: Progress | None = None,
    finished: Callable[[PatientEntry], None] | None = None,
) -> Manifest:
    """Draw and write patients `first` to `patients` of `seed`; the same bytes whatever `jobs` is.

    Images of an earlier run in `directory`, known by its manifest, are replaced.

    Args:
        directory: made if it does not exist.
        patients: number of the last one.
        first: number of the first one; each is the same whoever is drawn beside him.
        seed: draws everything.
        size: full, or a quarter of rows, columns and slices.
        jobs: processes; 0 for one per processor that this process may use.
        progress: called with patients done, patients in all and words about the last one.
        finished: called with each patient whose files are there, in any order.

    Raises:
        WritingError: a file cannot be written; names the patient and the reason.
        ValueError: `patients` or `jobs` is negative, or `first` is no number of a patient.
    """
    if jobs < 0:
        raise ValueError(f"{jobs} jobs: give a number of processes, or 0 for one per processor")
    if first < 1:
        raise ValueError(f"first is {first}: patients are numbered from 1")
    tell = progress or (lambda _done, _total, _words: None)
    people = islice(plan(patients, seed), first - 1, None)
    count = max(patients - first + 1, 0)
    _clear(directory)
    tell(0, count, "")
    entries = []
    for entry in _drawn(directory, people, size, min(jobs or _processors(), max(count, 1))):
        entries.append(entry)
        if finished is not None:
            finished(entry)
        tell(len(entries), count, f"{entry.studies[0].modality}, {entry.abnormality}")
    entries.sort(key=lambda entry: entry.number)
    whole = Manifest(seed=seed, size=size, patients=tuple(entries))
    try:
        whole.save(directory / manifest.NAME)
    except OSError as error:
        raise WritingError(f"cannot write {directory / manifest.NAME}: {error}") from error
    return whole


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _clear(directory: Path) -> None:
    """Make `directory`, without what an earlier manifest lists: a mixture would be no answer."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        key = directory / manifest.NAME
        if not key.exists():
            return
        with suppress(ValidationError):  # not ours: its files stay, only the name is taken
            for instance in Manifest.load(key).instances():
                (directory / instance.file).unlink(missing_ok=True)
        key.unlink()
    except OSError as error:
        raise WritingError(f"cannot write to {directory}: {error}") from error


def _drawn(
    directory: Path, people: Iterable[Patient], size: Size, jobs: int
) -> Iterator[PatientEntry]:
    """Entries as patients are finished, in any order."""
    if jobs == 1:
        for patient in people:
            yield write_patient(directory, patient, size)
        return
    # "spawn" everywhere: a fork would copy the locks of the caller's threads (progress bars).
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            yield from _finished(pool, directory, iter(people), size, at_once=2 * jobs)
        except BrokenProcessPool as error:
            raise WritingError(f"a process that drew images was ended: {error}") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _finished(
    pool: ProcessPoolExecutor, directory: Path, people: Iterator[Patient], size: Size, at_once: int
) -> Iterator[PatientEntry]:
    pending: set[Future[PatientEntry]] = set()
    while True:
        for patient in islice(people, at_once - len(pending)):
            pending.add(pool.submit(write_patient, directory, patient, size))
        if not pending:
            return
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def instances(patient: Patient, size: Size) -> Iterator[Dataset]:
    """The data sets of one patient's study, one at a time."""
    return _DRAWN_BY[patient.modality](patient, size)


def write_patient(directory: Path, patient: Patient, size: Size) -> PatientEntry:
    """Draw and write one patient.

    Raises:
        WritingError: a file cannot be written.
    """
    folder = f"{patient.number:04d}"
    series: dict[str, list[tuple[Dataset, InstanceEntry]]] = {}
    try:
        (directory / folder).mkdir(exist_ok=True)
        for count, ds in enumerate(instances(patient, size), start=1):
            entry = _write_instance(directory, f"{folder}/{count}.dcm", ds)
            del ds.PixelData  # kept no longer: the series' text is all that is still needed
            series.setdefault(ds.SeriesInstanceUID, []).append((ds, entry))
    except OSError as error:
        raise WritingError(
            f"cannot write the images of patient {patient.number} to {directory / folder}: {error}"
        ) from error
    return _patient_entry(patient, series)


def _write_instance(directory: Path, file: str, ds: Dataset) -> InstanceEntry:
    encoded = iod.encode(ds)
    (directory / file).write_bytes(encoded)
    laterality = ds.get("ImageLaterality", "U").replace("U", "")  # U: unpaired
    view = laterality + ds.ViewPosition if "ViewPosition" in ds else ds.SeriesDescription
    return InstanceEntry(
        sop_instance_uid=ds.SOPInstanceUID,
        sop_class_uid=ds.SOPClassUID,
        transfer_syntax_uid=ds.file_meta.TransferSyntaxUID,
        file=file,
        rows=ds.Rows,
        columns=ds.Columns,
        view=view,
        pixel_sha256=sha256(ds.PixelData).hexdigest(),
        data_set_sha256=sha256(memoryview(encoded)[iod.data_set_offset(encoded) :]).hexdigest(),
    )


def _patient_entry(
    patient: Patient, series: dict[str, list[tuple[Dataset, InstanceEntry]]]
) -> PatientEntry:
    first = next(iter(series.values()))[0][0]
    study = StudyEntry(
        study_instance_uid=first.StudyInstanceUID,
        study_date=f"{patient.study_date:%Y%m%d}",
        accession_number=patient.accession_number,
        study_description=patient.study_description,
        modality=patient.modality,
        series=tuple(
            SeriesEntry(
                series_instance_uid=uid,
                modality=patient.modality,
                series_description=members[0][0].SeriesDescription,
                instances=tuple(entry for _, entry in members),
            )
            for uid, members in series.items()
        ),
    )
    return PatientEntry(
        number=patient.number,
        patient_id=patient.patient_id,
        patient_name=patient.patient_name,
        birth_date=f"{patient.birth_date:%Y%m%d}",
        sex=patient.sex,
        referring_physician=patient.referring_physician,
        institution=patient.institution,
        abnormality=patient.abnormality,
        studies=(study,),
    )
