import pytest

from lab.resumption import ACCEPTED, Caller
from lab.scene import Credential
from lab.wire import Record


def caller(scene, record):
    peer = scene.peers["modality"]
    return Caller(scene.target(peer), Credential(peer.certificate, peer.key), record)


def test_a_session_whose_certificate_is_good_is_taken_up_again(right):
    record = Record()
    one = caller(right, record)
    first = one.call()
    second = one.call(first.session)

    assert (first.first, first.resumed) == (ACCEPTED, False)
    assert (second.first, second.resumed) == (ACCEPTED, True)
    assert "resumed" in record.evidence[-1].text


def test_who_is_not_there_is_noted(down):
    record = Record()
    with pytest.raises(OSError):
        caller(down, record).call()
    assert record.evidence[0].code == "refused"
