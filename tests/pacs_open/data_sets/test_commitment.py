import pytest
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.commitment import Reference, read_wish, write_report
from pacs_open.data_sets.elements import MalformedDataSetError

CT = "1.2.840.10008.5.1.4.1.1.2"
BOTH = pytest.mark.parametrize("explicit", [True, False])


def encoded(ds, *, explicit):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, not explicit
    write_dataset(file, ds)
    return file.getvalue()


def reference(uid, sop_class=CT):
    item = Dataset()
    if sop_class is not None:
        item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = uid
    return item


def wish(*items, transaction="2.25.77"):
    ds = Dataset()
    if transaction is not None:
        ds.TransactionUID = transaction
    ds.ReferencedSOPSequence = list(items)
    return ds


@BOTH
@pytest.mark.parametrize("undefined", [True, False])
def test_what_another_library_asks_for_is_read(explicit, undefined):
    items = [reference("2.25.1"), reference("2.25.22")]
    ds = wish(*items)
    ds["ReferencedSOPSequence"].is_undefined_length = undefined
    for item in items:
        item.is_undefined_length_sequence_item = undefined
    read = read_wish(encoded(ds, explicit=explicit), explicit=explicit)
    assert read.transaction_uid == "2.25.77"
    assert read.references == (Reference(CT, "2.25.1"), Reference(CT, "2.25.22"))


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        (wish, 0x00081199),
        (lambda: wish(reference("2.25.1"), transaction=None), 0x00081195),
        (lambda: wish(reference("2.25.1"), transaction="2.25." + "7" * 60), 0x00081195),
        (lambda: wish(reference("")), 0x00081155),
        (lambda: wish(reference("2.25.1", sop_class=None)), 0x00081150),
        (lambda: wish(reference(["2.25.1", "2.25.2"])), 0x00081155),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_lacks_something_is_refused_with_the_element(asked, tag):
    data = encoded(asked(), explicit=True)
    with pytest.raises(MalformedDataSetError) as caught:
        read_wish(data, explicit=True)
    assert caught.value.tag == tag


@BOTH
def test_every_cut_is_noticed(explicit):
    data = encoded(wish(reference("2.25.1"), reference("2.25.2")), explicit=explicit)
    for cut in range(len(data)):
        with pytest.raises(MalformedDataSetError):
            read_wish(data[:cut], explicit=explicit)


@BOTH
def test_another_library_reads_the_report(explicit):
    data = write_report(
        "2.25.77",
        [Reference(CT, "2.25.1")],
        [(Reference(CT, "2.25.2"), 0x0112)],
        ae_title="PACS",
        explicit=explicit,
    )
    ds = read_dataset(DicomBytesIO(data), not explicit, is_little_endian=True)
    assert [int(element.tag) for element in ds] == sorted(int(element.tag) for element in ds)
    assert ds.TransactionUID == "2.25.77"
    assert ds.RetrieveAETitle == "PACS"
    (committed,), (failed,) = ds.ReferencedSOPSequence, ds.FailedSOPSequence
    assert (committed.ReferencedSOPClassUID, committed.ReferencedSOPInstanceUID) == (CT, "2.25.1")
    assert (failed.ReferencedSOPInstanceUID, failed.FailureReason) == ("2.25.2", 0x0112)


@BOTH
def test_a_report_has_no_empty_sequence(explicit):
    data = write_report(
        "2.25.77", [], [(Reference(CT, "1"), 0x0112)], ae_title="PACS", explicit=explicit
    )
    ds = read_dataset(DicomBytesIO(data), not explicit, is_little_endian=True)
    assert "ReferencedSOPSequence" not in ds
    assert "RetrieveAETitle" not in ds
    data = write_report("2.25.77", [Reference(CT, "1")], [], ae_title="PACS", explicit=explicit)
    assert "FailedSOPSequence" not in read_dataset(
        DicomBytesIO(data), not explicit, is_little_endian=True
    )
