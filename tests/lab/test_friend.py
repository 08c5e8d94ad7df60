from dataclasses import replace

from lab.friend import greet, greet_again, planted
from lab.inbox import Inbox


def test_every_peer_does_what_it_may_and_nothing_else(right):
    friend, scene = greet(replace(right, wanted=None))

    assert friend.ok, friend.evidence
    assert set(friend.did) == {
        "MODALITY C-ECHO",
        "MODALITY C-STORE",
        "WORKSTATION C-ECHO",
        "WORKSTATION C-FIND",
        "WORKSTATION C-GET",
        "WORKSTATION C-MOVE",
        "VISITOR C-ECHO",
        "VISITOR C-STORE",
        "VISITOR C-FIND",
        "VISITOR C-GET",
        "READER C-ECHO",
        "READER C-FIND",
        "READER C-GET",
    }
    assert scene.wanted.sop_instance_uid in scene.marked.uids


def test_one_service_denied_is_enough_to_fail(right):
    workstation = right.peers["workstation"]
    greedy = replace(workstation, may=workstation.may | {"store"})
    friend, _ = greet(replace(right, peers={**right.peers, "workstation": greedy}))

    assert not friend.ok
    assert friend.reached
    assert any("WORKSTATION C-STORE" in seen.text for seen in friend.evidence)


def test_a_closed_port_serves_and_refuses_nobody(down):
    friend, scene = greet(replace(down, wanted=None))

    assert not friend.ok
    assert not friend.reached
    assert friend.did == ()
    assert scene.wanted is None


def test_no_peer_is_no_positive_control(right):
    friend, scene = greet(replace(right, peers={}))

    assert friend is None
    assert greet_again(scene, friend) is None


def test_a_friend_that_is_no_longer_served_afterwards_undoes_it(right, down):
    friend, scene = greet(right)
    gone = greet_again(replace(scene, doors=down.doors), friend)

    assert friend.ok
    assert not gone.ok
    assert not gone.reached


def test_our_own_listener_failing_is_not_the_archives_refusal(right):
    only = {"workstation": replace(right.peers["workstation"], may=frozenset({"move"}))}
    with Inbox(only["workstation"].listens_on, "OTHER"):
        friend, _ = greet(replace(right, peers=only))

    assert not friend.ok
    assert not friend.reached


def test_nothing_is_stored_in_an_archive_that_is_not_ours(wrong):
    friend, scene = greet(replace(wrong, own=False))

    assert friend.ok, friend.evidence
    assert "VISITOR C-GET" in friend.did
    assert not any("C-STORE" in what for what in friend.did)
    assert scene.wanted == wrong.wanted


def test_where_nothing_is_known_to_be_there_an_echo_is_all_a_friend_can_prove(wrong):
    friend, scene = greet(replace(wrong, own=False, wanted=None))

    assert friend.ok
    assert {what.split()[1] for what in friend.did} == {"C-ECHO"}
    assert planted(scene.answer_key) is None
