import tempfile

import pytest
from pydicom.uid import CTImageStorage, ImplicitVRLittleEndian, MRImageStorage
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind

from pacs_open.control import Control
from pacs_open.data_sets.elements import element
from pacs_open.errors import ArchiveFullError, ArchiveUnwritableError, IndexUnavailableError
from pacs_open.refusals import DimseRefused
from pacs_open.values import AssociationRequest, Dimse, Level, Model, Operation, Peer, Query


def found(scu, identifier, **keys):
    """How many instances are found."""
    return len(scu.find(identifier("IMAGE", SOPInstanceUID="", **keys))) - 1


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_a_stored_instance_is_found_at_once_with_the_very_bytes_of_the_wire(
    pacs, instance, identifier, encode, syntax
):
    data = encode(instance(1), syntax)
    with pacs.scu() as scu:
        answer = scu.store(instance(1), syntax=syntax, data=data)
        assert answer.status == 0x0000
        assert answer.affected_sop_instance_uid == "2.25.301"
        final, stored = scu.get(identifier("IMAGE", SOPInstanceUID="2.25.301"))

    assert final[-1][0].number_of_failed_suboperations == 1  # no SCP role was agreed on
    (held,) = pacs.archive.locate(_query_all(pacs))
    with pacs.archive.reading() as reader:
        opened = reader.open(held)
        assert opened.read() == data
    assert held.transfer_syntax == syntax
    assert not stored


def _query_all(pacs):
    request = AssociationRequest(Peer("127.0.0.1", 1), "A", "B")
    operation = Operation(request, Dimse.GET, "1.2", 1, "1.2.840.10008.1.2")
    return Query(operation, Model.STUDY_ROOT, Level.PATIENT, {"PatientID": "P1"})


def test_the_same_instance_again_is_success_and_other_bytes_replace_it(pacs, instance, identifier):
    with pacs.scu() as scu:
        assert scu.store(instance(1)).status == 0x0000
        assert scu.store(instance(1)).status == 0x0000
        assert scu.store(instance(1, StudyDate="20200101")).status == 0x0000
        ((_, data), _) = scu.find(identifier("STUDY", StudyDate=""))

    assert b"20200101" in data


@pytest.mark.parametrize(
    ("changes", "status", "offending"),
    [
        ({"SOPClassUID": MRImageStorage}, 0xA900, 0x00080016),
        ({"SOPInstanceUID": "2.25.999"}, 0xA900, 0x00080018),
        ({"StudyInstanceUID": None}, 0xC000, 0x0020000D),
        ({"SeriesInstanceUID": None}, 0xC000, 0x0020000E),
        ({"StudyInstanceUID": ""}, 0xC000, 0x0020000D),
    ],
)
def test_a_data_set_that_is_not_what_was_announced_is_refused_and_not_kept(
    pacs, instance, identifier, changes, status, offending
):
    with pacs.scu() as scu:
        answer = scu.store(instance(1, **changes), sop_class=CTImageStorage, uid="2.25.301")
        assert answer.status & 0xF000 == status & 0xF000
        assert offending in (answer.offending_element or (offending,))
        assert found(scu, identifier) == 0
        assert scu.store(instance(2)).status == 0x0000


@pytest.mark.parametrize("uid", ["", "1." + "2" * 63, "1.2\n3", "1.2\x1b[31m"])
def test_a_uid_that_is_empty_too_long_or_has_control_characters_is_invalid(
    pacs, instance, identifier, uid
):
    with pacs.scu() as scu:
        answer = scu.store(instance(1), uid=uid)
        assert answer.status == 0x0117
        assert found(scu, identifier) == 0


def test_a_uid_that_looks_like_a_path_is_a_key_and_nothing_else(pacs, instance, encode, tmp_path):
    uid = "../../escaped"
    data = encode(instance(1, SOPInstanceUID=None))
    data = (
        element(0x00080016, "UI", CTImageStorage.encode(), explicit=True)
        + element(0x00080018, "UI", uid.encode(), explicit=True)
        + data[data.index(b"\x08\x00\x20\x00") :]
    )
    before = {path for path in tmp_path.parent.rglob("*") if "archive" not in path.parts}

    with pacs.scu() as scu:
        assert scu.store(instance(1), data=data, uid=uid).status in {0x0000, 0x0117}

    assert {p for p in tmp_path.parent.rglob("*") if "archive" not in p.parts} == before
    assert not list(tmp_path.parent.rglob("*escaped*"))


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_a_data_set_that_breaks_off_is_refused_wherever_it_does(
    pacs, instance, identifier, encode, syntax
):
    data = encode(instance(1), syntax)
    with pacs.scu() as scu:
        for cut in (1, 7, 30, len(data) // 2, len(data) - 1):
            answer = scu.store(instance(1), data=data[:cut], syntax=syntax)
            assert answer.status >> 12 == 0xC, cut
        assert found(scu, identifier) == 0
        assert scu.store(instance(1), data=data, syntax=syntax).status == 0x0000


def test_no_image_ever_lies_in_the_systems_temporary_folder(
    pacs, instance, encode, tmp_path, monkeypatch
):
    """Many archives leave images there that broke off on the way."""
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    data = encode(instance(1), "1.2.840.10008.1.2.1")
    with pacs.scu() as scu:
        assert scu.store(instance(1), data=data[: len(data) // 2]).status >> 12 == 0xC
        assert scu.store(instance(1), data=data).status == 0x0000
        assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 128 + b"DICM",
        b"MZ" + b"\0" * 126 + b"DICM",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff" * 5000,
    ],
)
def test_bytes_that_are_no_data_set_are_refused(pacs, instance, identifier, data):
    with pacs.scu() as scu:
        assert scu.store(instance(1), data=data).status >> 12 == 0xC
        assert found(scu, identifier) == 0


def test_a_sop_class_other_than_the_contexts_is_not_supported(pacs, instance, identifier):
    with pacs.scu() as scu:
        answer = scu.store(instance(1), sop_class=CTImageStorage, on=MRImageStorage)
        assert answer.status == 0x0122
        answer = scu.store(
            instance(1), sop_class=CTImageStorage, on=StudyRootQueryRetrieveInformationModelFind
        )
        assert answer.status == 0x0122
        assert found(scu, identifier) == 0


@pytest.mark.parametrize(
    "error",
    [
        ArchiveFullError("no room"),
        ArchiveUnwritableError("read-only"),
        IndexUnavailableError("locked"),
    ],
)
def test_no_room_is_out_of_resources_and_the_association_goes_on(
    pacs, instance, identifier, monkeypatch, error
):
    with pacs.scu() as scu:
        with monkeypatch.context() as patch:
            patch.setattr(pacs.archive, "receive", lambda **_: (_ for _ in ()).throw(error))
            answer = scu.store(instance(1))
            assert answer.status == 0xA700
            assert answer.error_comment == "Out of resources"
        assert scu.store(instance(1)).status == 0x0000


class Doubtful(Control):
    """Says no at one moment."""

    moment: str
    name = "doubtful"

    def _no(self, moment):
        if moment == self.moment:
            raise DimseRefused("a test", 0x0124, "Not authorized")

    def permit(self, operation):
        if operation.service == "store":
            self._no("permit")

    def inspect(self, head, operation):
        assert head.get("PatientID") == "P1"
        self._no("inspect")

    def weigh(self, size, operation):
        self._no("weigh")

    def commit(self, record, operation):
        self._no("commit")


@pytest.mark.parametrize("moment", ["permit", "inspect", "weigh", "commit"])
def test_whatever_a_control_refuses_is_not_kept(start_pacs, instance, identifier, moment):
    pacs = start_pacs([Doubtful(moment=moment)])

    with pacs.scu() as scu:
        answer = scu.store(instance(1))
        assert (answer.status, answer.error_comment) == (0x0124, "Not authorized")
        assert found(scu, identifier) == 0


def test_a_large_refused_instance_is_read_to_its_end_before_the_answer(start_pacs, instance):
    pacs = start_pacs([Doubtful(moment="permit")])
    ds = instance(1)
    ds[0x7FE00010].value = bytes(20 * 1024 * 1024)

    with pacs.scu() as scu:
        assert scu.store(ds).status == 0x0124
        assert scu.store(ds, syntax=ImplicitVRLittleEndian).status == 0x0124
