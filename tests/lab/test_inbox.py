import contextlib
import socket
import ssl

import pytest

from lab.inbox import AddressTakenError, Inbox, server_context
from lab.manners import Manners
from lab.marked import Marked
from lab.sop_classes import CT
from lab.target import Door, Target


def caller(inbox, **more):
    host, port = inbox.address
    return Target(Door(host, port, **more), "INBOX", "ARCHIVE", manners=Manners(deadline=5))


def test_a_connection_is_an_arrival_before_it_says_anything():
    with Inbox(("127.0.0.1", 0), "INBOX") as inbox:
        assert not inbox.wait_for_arrival(0.05)
        with socket.create_connection(inbox.address):
            assert inbox.wait_for_arrival(5)

    assert inbox.arrivals[0].from_address == "127.0.0.1"


def test_what_is_stored_is_handed_on_unchanged():
    came = []
    bait = Marked().new()

    def receive(delivered):
        came.append(delivered)
        return 0x0000

    with (
        Inbox(("127.0.0.1", 0), "INBOX", receive=receive) as inbox,
        caller(inbox).converse(storage=[CT]) as talk,
    ):
        assert talk.store_bytes(bait.part_10) == 0x0000
        assert inbox.wait_for_delivery(bait.sop_instance_uid, 5)

    assert bait.part_10.endswith(came[0].data_set)
    assert inbox.arrivals[0].tls is False


def test_nothing_is_delivered_that_did_not_come():
    with Inbox(("127.0.0.1", 0), "INBOX") as inbox:
        assert not inbox.wait_for_delivery("2.25.1", 0.05)


def test_tls_is_answered_with_tls_and_noted(identities):
    own, visitor = identities["workstation"], identities["visitor"]
    tls = server_context(own.certificate, own.key, own.trust)
    with Inbox(("127.0.0.1", 0), "INBOX", tls=tls) as inbox:
        target = caller(inbox, tls=True).but(
            certificate=visitor.certificate, key=visitor.key, trust=visitor.trust
        )
        with target.converse() as talk:
            assert talk.echo() == 0x0000

    assert inbox.arrivals[0].tls is True


def test_a_caller_without_a_certificate_arrives_but_is_not_served(identities):
    own = identities["workstation"]
    tls = server_context(own.certificate, own.key, own.trust)
    with (
        Inbox(("127.0.0.1", 0), "INBOX", tls=tls) as inbox,
        caller(inbox, tls=True).converse() as talk,
    ):
        assert talk.echo() is None
        assert inbox.wait_for_arrival(5)


def test_an_inbox_that_insists_on_tls_serves_no_plaintext(identities):
    own = identities["workstation"]
    tls = server_context(own.certificate, own.key, own.trust)
    with (
        Inbox(("127.0.0.1", 0), "INBOX", tls=tls, tls_only=True) as inbox,
        caller(inbox).converse() as talk,
    ):
        assert talk.echo() is None


def test_tls_without_a_certificate_of_ours_is_hung_up_on():
    with Inbox(("127.0.0.1", 0), "INBOX") as inbox, caller(inbox, tls=True).converse() as talk:
        assert talk.echo() is None
        assert inbox.wait_for_arrival(5)
        assert inbox.arrivals[0].tls is True


def test_an_address_that_is_taken_says_so():
    with (
        Inbox(("127.0.0.1", 0), "ONE") as first,
        pytest.raises(AddressTakenError, match="cannot listen"),
    ):
        Inbox(first.address, "TWO")


def test_a_closed_inbox_takes_no_more():
    with Inbox(("127.0.0.1", 0), "INBOX") as inbox:
        address = inbox.address
    with contextlib.suppress(ssl.SSLError), pytest.raises(OSError):
        socket.create_connection(address, timeout=1)
