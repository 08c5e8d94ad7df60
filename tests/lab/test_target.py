import threading

from lab.sop_classes import CT, STUDY_ROOT_FIND, STUDY_ROOT_GET
from lab.target import Door, Target
from lab.wire import Reached, Record


def test_an_authorised_peer_is_served_over_mutual_tls(right):
    with right.target(right.peers["visitor"]).converse() as talk:
        assert talk.echo() == 0x0000

    assert talk.reached is Reached.SERVED
    assert talk.evidence[0].code == "TLSv1.3"


def test_everything_proposed_may_be_accepted(wrong):
    with wrong.target(wrong.peers["visitor"]).converse(STUDY_ROOT_FIND, storage=[CT]) as talk:
        assert {STUDY_ROOT_FIND, CT} <= talk.accepted


def test_a_conversation_leaves_no_thread_behind(wrong):
    target = wrong.target(wrong.peers["visitor"])
    before = {thread for thread in threading.enumerate() if "Requestor" in thread.name}
    with target.converse(STUDY_ROOT_GET, receiving=[CT]) as talk:
        assert talk.established
        association = talk._association
    association.join(5)

    after = {thread for thread in threading.enumerate() if "Requestor" in thread.name}
    assert not association.is_alive()
    assert after <= before


def test_a_plaintext_target_shows_no_certificate(right):
    plain = right.target(right.peers["visitor"]).in_plaintext()

    assert not plain.door.tls
    assert plain.certificate is None
    assert plain.called_ae_title == "PACS-SECURE"


def test_we_call_from_the_address_we_were_told(wrong):
    target = wrong.target(wrong.peers["visitor"], local_address="127.0.0.1")
    sock = target.connect(Record())
    with sock:
        assert sock.getsockname()[0] == "127.0.0.1"


def test_the_name_on_the_archives_certificate_counts(right):
    target = right.target(right.peers["visitor"]).but(server_name="somebody.else")
    with target.converse() as talk:
        assert talk.echo() is None

    assert [seen.code for seen in talk.evidence] == ["untrusted"]


def test_a_name_that_nobody_knows_is_seen_and_not_raised(wrong):
    door = Door("no-such-host.invalid", wrong.door.port)
    with wrong.target(wrong.peers["visitor"]).but(door=door).converse() as talk:
        assert talk.echo() is None

    assert [seen.code for seen in talk.evidence] == ["unreachable"]
    assert "no-such-host.invalid" in talk.evidence[0].text


def test_a_target_is_a_value():
    door = Door("127.0.0.1", 104)
    target = Target(door, "PACS", "US")

    assert target.but(calling_ae_title="YOU").calling_ae_title == "YOU"
    assert target.calling_ae_title == "US"
