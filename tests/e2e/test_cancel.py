"""C-CANCEL from DCMTK in the middle of a long answer, against both archives."""

import pytest

INSTANCES = 1500


@pytest.fixture(scope="module")
def crowded(pacs, small_instance):
    with pacs.wire() as wire:
        for number in range(INSTANCES):
            uid = f"2.25.9.{number}"
            assert wire.store(uid, small_instance(uid)) == 0x0000
    return pacs


@pytest.mark.program("findscu")
def test_findscu_cancels_a_query_and_hears_of_it(crowded, dcmtk):
    ran = dcmtk(
        "findscu",
        "-v",
        "-S",
        "--cancel",
        "1",
        "-k",
        "QueryRetrieveLevel=IMAGE",
        "-k",
        "SOPInstanceUID=",
    )

    assert "(Cancel: MatchingTerminatedDueToCancelRequest)" in ran.text
    answers = ran.text.count("(Pending)")
    assert 1 <= answers < INSTANCES


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
