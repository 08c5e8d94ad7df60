import pytest

from lab.evidence import (
    Evidence,
    Layer,
    aborted,
    alert,
    alert_number,
    answered,
    context_refused,
    names_the_cause,
    printable,
    rejected,
    status_words,
)


def test_a_rejection_is_put_in_the_words_of_table_9_21():
    seen = rejected(1, 1, 7)

    assert seen.code == "rj 1/1/7"
    assert seen.text == (
        "A-ASSOCIATE-RJ: result 1 (rejected-permanent), source 1 (DICOM UL service-user), "
        "reason 7 (called-AE-title-not-recognized)"
    )


@pytest.mark.parametrize(
    ("triple", "words"),
    [
        ((1, 1, 3), "calling-AE-title-not-recognized"),
        ((2, 3, 2), "local-limit-exceeded"),
        ((1, 2, 2), "protocol-version-not-supported"),
        ((9, 9, 9), "reserved"),
    ],
)
def test_reasons_depend_on_their_source(triple, words):
    assert words in rejected(*triple).text


def test_the_reason_of_an_abort_counts_for_the_provider_only():
    assert "unexpected-PDU" in aborted(2, 2).text
    assert "reason" not in aborted(0, 2).text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x0000, "Success"),
        (0x0124, "Refused: Not Authorized"),
        (0xA801, "Refused: Move Destination unknown"),
        (0xA700, "Refused: Out of Resources"),
        (0xC123, "Error: Cannot understand or unable to process"),
        (0x9999, "unknown status"),
    ],
)
def test_statuses_have_their_names(status, words):
    assert status_words(status) == words


def test_an_error_comment_of_a_peer_is_escaped():
    seen = answered("C-STORE", 0x0124, "no\nINFO forged line\x1b[2J")

    assert seen.code == "0124H"
    assert "\n" not in seen.text
    assert "\x1b" not in seen.text


def test_long_text_of_a_peer_is_cut():
    assert len(printable("x" * 1000)) == 64


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "alert 116"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "alert 42"),
        ("TLSV1_ALERT_UNKNOWN_CA", "alert 48"),
    ],
)
def test_an_alert_is_known_by_name_and_number(reason, code):
    assert alert(reason).code == code


@pytest.mark.parametrize("reason", ["WRONG_VERSION_NUMBER", "", "TLSV1_ALERT_NONSENSE"])
def test_what_is_no_alert_is_none(reason):
    assert alert(reason) is None


def test_the_result_of_a_context_is_put_in_words():
    assert "1 (user-rejection)" in context_refused("for C-FIND", 1).text
    assert "no answer" in context_refused("for C-FIND", None).text


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("rj 1/1/3", True),
        ("rj 1/1/7", True),
        ("rj 2/1/7", True),
        ("alert 48", True),
        ("alert 116", True),
        ("0124H", True),
        ("A801H", True),
        ("rj 1/1/1", False),
        ("rj 2/3/2", False),
        ("alert 40", False),
        ("alert 80", False),
        ("0110H", False),
        ("closed", False),
        ("reset", False),
        ("refused", False),
        ("", False),
    ],
)
def test_only_some_refusals_name_their_cause(code, named):
    assert names_the_cause([Evidence(Layer.TCP, "seen", code)]) is named


def test_no_evidence_names_no_cause():
    assert not names_the_cause([])


def test_an_alert_is_put_in_words_by_its_number():
    assert alert_number(70).text == "TLS alert protocol_version (70) from the archive"
    assert alert_number(199).code == "alert 199"
