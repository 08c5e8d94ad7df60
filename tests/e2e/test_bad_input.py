"""What is wrong gets a clear answer, loses nothing else, and leaves no trace where it may not be."""

import json
import socket

import pytest

from pacs_open.values import PresentationContext
from pacs_open.wire.negotiation import Wanted, propose
from sample_images import malformed

TAKEN_BY_BOTH = {"name_with_markup", "odd_length"}
"""Wrong in a way that does no harm to an archive; what shows them must take care."""
MERE_KEYS = {
    "study_uid_as_path",
    "uid_as_path",
    "uid_as_windows_path",
    "uid_with_leading_zero",
    "uid_with_letters",
}
"""No UIDs, but keys all the same: the open archive takes them, and never makes a path of them."""
NO_CONTEXT = {"deflated", "big_endian"}
INVALID_INSTANCE = {
    "uid_empty",
    "uid_far_too_long",
    "uid_too_long",
    "uid_with_control_characters",
    "uid_with_nul",
}
MISMATCH = {"another_sop_class", "another_sop_instance", "no_sop_instance_uid"}


def files_beside(archive):
    """All there is around the archive's own folders; what others write in the meantime is theirs."""
    own = {"archive", "audit", "audit-key"}
    here = archive.folder
    around = {*here.iterdir(), *(path for path in here.parent.iterdir() if path.name == "escaped")}
    return {path for path in around if path.name not in own}


@pytest.mark.parametrize("wrong", malformed.ALL, ids=lambda make: make.__name__)
def test_a_wrong_instance_gets_a_clear_answer_and_is_kept_whole_or_not_at_all(pacs, wrong):
    made = wrong()
    before = files_beside(pacs)

    with pacs.wire((made.sop_class_uid, [made.transfer_syntax])) as wire:
        if wrong.__name__ in NO_CONTEXT:
            assert not wire.channel.contexts
            return
        status = wire.store(made.sop_instance_uid, made.encoded, sop_class=made.sop_class_uid)
        good = malformed.sound()
        assert wire.store(good.sop_instance_uid, good.encoded, sop_class=good.sop_class_uid) == 0

    assert status in expected(pacs.kind, wrong.__name__)
    assert files_beside(pacs) == before
    found = pacs.retrieve(
        "IMAGE", SOPInstanceUID=made.sop_instance_uid or "2.25.0", sop_class=made.sop_class_uid
    )
    if status == 0x0000 and "\\" not in made.sop_instance_uid:
        assert found == {made.sop_instance_uid: made.encoded}
    else:
        assert not found


def expected(kind, name):
    """The statuses that this archive may answer with."""
    if name in TAKEN_BY_BOTH or (name in MERE_KEYS and kind == "open"):
        return {0x0000}
    if name in INVALID_INSTANCE or name in MERE_KEYS - {"study_uid_as_path"}:
        return {0x0117}
    if kind == "open":
        return {0xA900} if name in MISMATCH else {0xC000}
    return {0xA900, 0xC000}  # its instance checks see the head before the end is known


def test_a_sop_class_other_than_the_contexts_is_refused(pacs):
    good = malformed.sound()
    with pacs.wire(("1.2.840.10008.5.1.4.1.1.2", [good.transfer_syntax])) as wire:
        status = wire.store(good.sop_instance_uid, good.encoded, sop_class=good.sop_class_uid)

    assert status == 0x0122


@pytest.mark.parametrize(
    "title", [b"A\nINFO spoofed!!", b"A\x1b[31mB", b"A\x00B", b"\xc4\xd6\xdc", b"A\\B"]
)
@pytest.mark.parametrize("which", ["called", "calling"])
def test_an_ae_title_with_control_characters_is_rejected_and_escaped_in_the_log(pacs, title, which):
    contexts = (PresentationContext(1, "1.2.840.10008.1.1", ("1.2.840.10008.1.2",)),)
    pdu = bytearray(propose(Wanted("TOOLS", pacs.ae_title, contexts, {}), maximum_pdu=16384))
    at = 10 if which == "called" else 26
    pdu[at : at + 16] = title.ljust(16)[:16]

    with pacs.connect() as sock:
        sock.sendall(pdu)
        answer = sock.recv(64)

    assert answer[0] == 3  # A-ASSOCIATE-RJ
    # The hardened archive does not tell which of the two titles was wrong (uniform_refusal).
    assert answer[9] == (1 if pacs.is_secure else 7 if which == "called" else 3)
    lines = (pacs.folder / "log").read_bytes().splitlines()
    assert lines
    for line in lines:
        assert line.isascii()
        assert b"\x1b" not in line
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize(
    "said",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x01\x00\xff\xff\xff\xff", b"\x04\x00\x00\x00\x00\x06" * 3, b""],
)
def test_what_is_no_dicom_ends_its_own_connection_alone(pacs, said):
    with pacs.connect() as sock:
        sock.sendall(said)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass

    good = malformed.sound()
    with pacs.wire((good.sop_class_uid, [good.transfer_syntax])) as wire:
        assert wire.store(good.sop_instance_uid, good.encoded, sop_class=good.sop_class_uid) == 0


def test_no_log_line_has_patient_data(pacs):
    log = (pacs.folder / "log").read_text()

    assert log
    assert "Malformed" not in log
    assert "SYN-MALFORMED" not in log
    assert "script" not in log
