"""Files of others, many of them malformed: what is stored comes back identical, the rest is refused.

pydicom's wheel carries the files that its own tests read: encodings that break a rule, cut ones,
ones without file meta information, compressed and private ones, and some that are no DICOM at
all. Each is stored to both archives as it is on the disk.
"""

import collections
from pathlib import Path

import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.e2e.conftest import STUDY_GET

FOLDER = Path(pydicom.data.__file__).parent / "test_files"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
REFUSALS = {
    0x0111: "another instance has this UID (no_overwrite)",
    0x0117: "the UID is none",
    0xA900: "the data set is not what was announced",
    0xC000: "the data set cannot be understood",
}


class Offered:
    """A file as an SCU would send it that looks no further than the file meta information."""

    def __init__(self, path):
        self.sop_class, self.uid = CTImageStorage, "2.25.404"
        self.syntax = ExplicitVRLittleEndian
        with path.open("rb") as file:
            read_preamble(file, force=True)
            try:
                meta = _read_file_meta_info(file)
            except Exception:  # no DICOM: sent as if it were
                meta = {}
            self.data = file.read()
        self.syntax = UID(meta.get("TransferSyntaxUID", ImplicitVRLittleEndian))
        self._name(path, meta)

    def _name(self, path, meta):
        try:
            ds = dcmread(path, force=True, specific_tags=["SOPClassUID", "SOPInstanceUID"])
        except Exception:  # a data set that nobody can read: what the file meta says has to do
            ds = {}
        self.sop_class = UID(
            meta.get("MediaStorageSOPClassUID") or ds.get("SOPClassUID") or self.sop_class
        )
        self.uid = str(
            meta.get("MediaStorageSOPInstanceUID") or ds.get("SOPInstanceUID") or self.uid
        )


def _outcome(pacs, path):
    """What became of a file: "identical", "no context", or the status of the refusal."""
    offered = Offered(path)
    with pacs.wire((offered.sop_class, [offered.syntax])) as wire:
        if not wire.channel.contexts:
            return "no context"
        status = wire.store(offered.uid, offered.data, sop_class=offered.sop_class)
    if status != 0x0000:
        assert status & 0xF000 == 0xC000 or status in REFUSALS, f"{path.name}: {status:04X}H"
        return f"{status:04X}H"
    contexts = [(STUDY_GET, [ExplicitVRLittleEndian]), (offered.sop_class, [offered.syntax])]
    with pacs.wire(*contexts, roles={offered.sop_class: (False, True)}) as wire:
        received = wire.get("IMAGE", SOPInstanceUID=offered.uid)
    assert received == {offered.uid: offered.data}, path.name
    return "identical"


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, of its own files
def test_each_is_stored_and_comes_back_identical_or_is_refused_by_a_clear_status(pacs):
    outcomes = {path.relative_to(FOLDER).as_posix(): _outcome(pacs, path) for path in FILES}
    print(f"pacs-{pacs.kind}: {dict(collections.Counter(outcomes.values()))}")  # noqa: T201

    tally = collections.Counter(outcomes.values())
    assert tally["identical"] > 40
    assert tally["no context"]  # big endian and deflated ones
    for name in ("rtplan_truncated.dcm", "README.txt", "test1.json"):
        assert outcomes[name][-1] == "H", (name, outcomes[name])
    with pacs.wire() as wire:
        assert wire.channel.contexts  # and it serves as before
