"""Health is a C-ECHO: yes where the archive serves, a clear no where it does anything else."""

import socket

import pytest

from pacs_open import health
from pacs_open.config import KnownPeer, NetworkConnection
from pacs_open.refusals import ContextRejected, calling_ae_not_recognized, not_authorized


@pytest.fixture
def described(configuration):
    """The configuration of whoever listens at an address."""

    def at(address, host=None):
        connection = NetworkConnection(host=host or address[0], port=address[1])
        return configuration.model_copy(update={"network_connection": connection})

    return at


def test_an_archive_that_serves_is_healthy(serving, described):
    health.ask(described(serving().address), ())


def test_one_that_listens_everywhere_is_asked_on_loopback(serving, described):
    health.ask(described(serving().address, host="0.0.0.0"), ())


def test_it_asks_with_the_archives_own_title(serving, described, control):
    asked = []

    def admit(self, request, ledger):
        asked.append((request.calling_ae_title, request.called_ae_title))

    health.ask(described(serving(control(admit=admit)).address), ())
    assert asked == [("PACS-OPEN", "PACS-OPEN")]


def test_a_rejected_association_is_told_with_its_code(serving, described, control):
    def admit(self, request, ledger):
        raise calling_ae_not_recognized("no")

    with pytest.raises(health.UnhealthyError, match=r"PACS-OPEN .* rejected \(1, 1, 3\)"):
        health.ask(described(serving(control(admit=admit)).address), ())


def test_a_refused_echo_is_told_with_its_status(serving, described, control):
    def permit(self, operation):
        raise not_authorized("no")

    with pytest.raises(health.UnhealthyError, match="answers C-ECHO with 0124H"):
        health.ask(described(serving(control(permit=permit)).address), ())


def test_without_verification_there_is_no_health(serving, described, control):
    def choose(self, request, context):
        raise ContextRejected("no")

    with pytest.raises(health.UnhealthyError, match="Verification"):
        health.ask(described(serving(control(choose=choose)).address), ())


def test_nobody_there_is_one_line(described):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
    with pytest.raises(health.UnhealthyError, match="cannot be reached"):
        health.ask(described(address), ())


def test_one_that_says_nothing_is_not_waited_for(described):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(health.UnhealthyError, match="PACS-OPEN does not answer C-ECHO"),
    ):
        health.ask(described(silent.getsockname()), (), within=0.2)


def test_any_free_port_cannot_be_asked(configuration):
    with pytest.raises(health.UnhealthyError, match="port is 0"):
        health.ask(configuration, ())


def test_the_way_there_is_the_controls_matter(serving, described, control):
    """Its own entry among the peers says which name its certificate carries."""
    dialled = []

    def dial(self, destination, operation):
        dialled.append(destination)
        return destination

    settings = described(serving().address)
    itself = KnownPeer(ae_title="PACS-OPEN", host="h", port=1, server_name="itself.example")
    health.ask(settings.model_copy(update={"peers": (itself,)}), (control(dial=dial),))
    (destination,) = dialled
    assert destination.server_name == "itself.example"
    assert (destination.host, destination.port) == (
        settings.network_connection.host,
        settings.network_connection.port,
    )
