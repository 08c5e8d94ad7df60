"""C-CANCEL from DCMTK in the middle of a long answer, against both archives."""

import pytest

from tests.bench.filling import INSTANCES as OF_A_STUDY
from tests.bench.filling import fill_index

INSTANCES = 1500
"""Stored, to be retrieved."""
STUDIES = 5_000
"""In the index alone. The answer has some 18 MB, many times what a connection holds whose reader
has just begun, so that an archive cannot have given all of it before it is told to stop."""
KEYS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "PatientName", "PatientID")


@pytest.fixture(scope="module", params=["open", "secure"])
def pacs(request, make_archive, tmp_path_factory):
    archive = make_archive(request.param, tmp_path_factory.mktemp(request.param))
    if archive.is_secure:
        archive.tables["controls"]["query_scope"]["limit"] = 2 * STUDIES * OF_A_STUDY
    fill_index(archive.folder / "archive", STUDIES)
    archive.start()
    yield archive
    assert archive.stop() == 0


@pytest.fixture(scope="module")
def crowded(pacs, small_instance):
    with pacs.wire() as wire:
        for number in range(INSTANCES):
            uid = f"2.25.9.{number}"
            assert wire.store(uid, small_instance(uid)) == 0x0000
    return pacs


@pytest.mark.program("findscu")
def test_findscu_cancels_a_query_and_hears_of_it(crowded, dcmtk):
    keys = [word for key in KEYS for word in ("-k", f"{key}=")]
    ran = dcmtk("findscu", "-v", "-S", "--cancel", "1", "-k", "QueryRetrieveLevel=IMAGE", *keys)

    assert "(Cancel: MatchingTerminatedDueToCancelRequest)" in ran.text
    answers = ran.text.count("(Pending)")
    assert 1 <= answers < STUDIES * OF_A_STUDY


@pytest.mark.program("movescu", "storescp", "stunnel4")
def test_movescu_cancels_a_retrieval_and_what_is_left_is_not_sent(
    crowded, dcmtk, storescp, findscu
):
    ran = dcmtk(
        "movescu", "-v", "-S", "--cancel", "1", "-aem", "TOOLS-SCP",
        "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=2.25.9",
    )  # fmt: skip

    assert "SubOperationsTerminatedDueToCancel" in ran.text
    assert 1 <= len(list(storescp.iterdir())) < INSTANCES
    assert findscu("STUDY", "StudyInstanceUID=2.25.9")
