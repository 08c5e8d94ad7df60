import select
import socket
from dataclasses import replace

from lab.asking import every_study
from lab.conversation import SUCCESS
from lab.manners import Manners
from lab.marked import Marked, is_marked
from lab.scene import Peer
from lab.sop_classes import CT, STUDY_ROOT_FIND
from lab.target import Door
from lab.verify.acquaint import acquaint, find_instance, find_title
from tests.lab.weak_servers import serving

GENTLE = Manners(cancel_after=5, abort_after=50)


def anybodys(scene, **more):
    return replace(scene, own=False, manners=GENTLE, wanted=None, **more)


def test_what_a_friend_may_is_found_out(right):
    peers = {
        role: replace(peer, may=frozenset({"echo"}), rights_known=False)
        for role, peer in right.peers.items()
    }
    known = acquaint(anybodys(right, peers=peers))

    assert known.peers["modality"].may == {"echo"}
    assert known.peers["visitor"].may == {"echo", "find", "get"}
    assert known.peers["workstation"].may == {"echo", "find", "get", "move"}
    assert known.wanted is not None


def test_rights_that_were_told_are_left_as_they_are(right):
    assert acquaint(anybodys(right)).peers == right.peers


def test_a_stranger_finds_no_instance_in_a_hardened_archive(right):
    assert find_instance(anybodys(right).as_stranger()) is None


def test_a_stranger_finds_an_instance_in_an_open_archive(planted):
    found = find_instance(anybodys(planted).as_stranger())

    assert found.patient_id.startswith("SYN-")
    assert found.sop_instance_uid in {
        one.sop_instance_uid for one in planted.answer_key.instances()
    }


def test_what_we_left_there_is_no_proof_while_there_is_another(planted):
    with planted.target(Peer("MODALITY")).converse(storage=[CT]) as talk:
        assert talk.store_bytes(Marked().new().part_10) == SUCCESS
    target = anybodys(planted).as_stranger()
    with target.converse(STUDY_ROOT_FIND) as talk:
        _, listed = talk.find(STUDY_ROOT_FIND, every_study())

    assert any(is_marked(study.PatientID) for study in listed)
    assert not is_marked(find_instance(target).patient_id)


def test_who_was_too_slow_once_is_asked_again(planted):
    """As a PACS at work may be; a friend would else be taken for one who may find nothing."""
    calls = []

    def relay(sock):
        calls.append(sock)
        if len(calls) == 1:
            while sock.recv(4096):
                pass  # and never a word
            return
        with socket.create_connection((planted.door.host, planted.door.port)) as archive:
            other = {sock: archive, archive: sock}
            while True:
                for one in select.select(list(other), [], [], 5)[0]:
                    if not (said := one.recv(65536)):
                        return
                    other[one].sendall(said)

    with serving(relay) as address:
        gentle = replace(GENTLE, deadline=0.5, silence=5.0)
        scene = replace(anybodys(planted), doors=(Door(*address),), manners=gentle)
        found = find_instance(scene.as_stranger())

    assert found is not None
    assert len(calls) > 1


def test_a_title_that_is_not_rejected_is_kept(wrong):
    assert find_title(anybodys(wrong, ae_title="MADE-UP")).ae_title == "MADE-UP"


def test_the_title_of_a_statement_is_found(hardened_with, all_controls):
    only = [control for control in all_controls if control.name == "called_ae"]
    scene = anybodys(hardened_with("titled", only), more_titles=("NO-SUCH", "PACS-SECURE"))

    assert find_title(replace(scene, ae_title="ANY-SCP")).ae_title == "PACS-SECURE"
    nobody = replace(scene, ae_title="ANY-SCP", more_titles=(), peers={"x": Peer("X")})
    assert find_title(nobody).ae_title == "ANY-SCP"
