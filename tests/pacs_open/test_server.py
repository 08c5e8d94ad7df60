import threading

import pytest
from pynetdicom import AE

from pacs_open.errors import ConfigurationError
from pacs_open.ledger import LocalLedger
from pacs_open.server import Server, books_of
from pacs_open.values import Moment
from pacs_open.wire.dimse import Pdu
from pacs_open.wire.upper_layer import PduType

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"


def test_pynetdicom_is_served(serving):
    server = serving()
    ae = AE(ae_title="PYNETDICOM")
    ae.add_requested_context(VERIFICATION)

    association = ae.associate(*server.address)

    assert association.is_established
    assert association.send_c_echo().Status == 0
    association.release()
    assert association.is_released


def test_a_stop_lets_the_operation_at_hand_finish(serving, peer, memory_archive, witness, pixels):
    server = serving(witness.control)
    a = peer(server).associate(CT_IMAGE)
    memory_archive.may_commit.clear()
    a.send(a.store_request("2.25.1"), pixels(100))
    stopping = threading.Thread(target=server.stop, args=(10,))
    stopping.start()
    while not server.is_stopping:
        pass

    memory_archive.may_commit.set()

    assert a.read_response().status == 0
    assert memory_archive.instances
    assert a.read_response() == Pdu(PduType.ABORT, bytes(4))
    a.close()
    stopping.join(10)
    assert not stopping.is_alive()
    assert witness.of(Moment.ASSOCIATION_ENDED)[0].why == "this archive stops"
    assert witness.events[-1].moment is Moment.STOPPED


def test_a_stop_goes_on_serving_an_association_that_works(serving, peer):
    server = serving()
    a = peer(server).associate()
    assert a.echo() == 0
    stopping = threading.Thread(target=server.stop, args=(10,))
    stopping.start()

    assert a.echo() == 0
    assert a.release() == PduType.RELEASE_RP
    a.close()
    stopping.join(10)
    assert not stopping.is_alive()


def test_a_stop_does_not_wait_for_whom_never_speaks(serving, peer):
    server = serving()
    peer(server)
    a = peer(server).associate()
    stopping = threading.Thread(target=server.stop, args=(30,))
    stopping.start()

    assert a.read_pdu() == (PduType.ABORT, bytes(4))
    a.close()
    stopping.join(10)
    assert not stopping.is_alive()


def test_a_stop_has_a_bound(serving, peer, memory_archive, pixels):
    server = serving()
    a = peer(server).associate(CT_IMAGE)
    memory_archive.may_commit.clear()
    a.send(a.store_request("2.25.1"), pixels(100))

    server.stop(0.2)

    memory_archive.may_commit.set()


def test_stopping_twice_is_no_harm(serving, witness):
    server = serving(witness.control)
    server.stop()
    server.stop()

    assert [event.moment for event in witness.events] == [Moment.STARTED, Moment.STOPPED]


def test_a_reload_reaches_new_connections_only(serving, peer, tls, control):
    tls_control, wrap = tls
    use_tls = threading.Event()

    def secure(self, door):
        if use_tls.is_set():
            tls_control.secure(door)

    server = serving(control(secure=secure))
    before = peer(server).associate()
    use_tls.set()

    server.reload()

    assert before.echo() == 0
    assert peer(server, wrap=wrap).associate().echo() == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigurationError("the key cannot be read"), "the key cannot be read"),
        (PermissionError(13, "PATIENT^NAME"), "PermissionError"),
        (ValueError("PATIENT^NAME"), "ValueError"),
    ],
)
def test_a_reload_that_fails_leaves_all_as_it_was(serving, peer, control, caplog, error, told):
    broken = threading.Event()

    def secure(self, door):
        if broken.is_set():
            raise error

    server = serving(control(secure=secure))
    broken.set()

    server.reload()

    assert peer(server).associate().echo() == 0
    assert told in caplog.text
    assert "PATIENT" not in caplog.text


def test_a_setting_that_cannot_be_obeyed_stops_the_start(configuration, memory_archive, control):
    def secure(self, door):
        raise ConfigurationError("the key cannot be read")

    with pytest.raises(ConfigurationError):
        Server(configuration, [control(secure=secure)], archive=memory_archive)


def test_controls_count_in_the_ledger_of_the_server(serving, peer, control):
    class Counter:
        count = 0

        def ask(self, worker, request):
            self.count += request
            return self.count

        def release(self, worker):
            self.count = 0

        def close(self):
            pass

    counter = Counter()
    seen = []

    def connect(self, peer, ledger):
        seen.append(ledger.ask("seats", 1))

    counting = control(connect=connect, books=lambda self: {"seats": counter})
    server = serving(counting)
    for _ in range(3):
        peer(server).associate()

    assert seen == [1, 2, 3]
    assert books_of([counting]) == {"seats": counter}
    server.stop(1)
    assert counter.count == 0


def test_a_ledger_that_fails_is_a_refusal(serving, peer, control):
    def connect(self, peer, ledger):
        ledger.ask("no such book", 1)

    server = serving(control(connect=connect), ledger=LocalLedger({}))

    assert peer(server).read_to_end() == b""


def test_many_peers_at_once_are_all_served(serving, peer, memory_archive, pixels):
    server = serving()
    statuses = []

    def store(number):
        a = peer(server).associate(CT_IMAGE)
        statuses.extend(a.store(f"2.25.{number}.{n}", pixels(50_000)) for n in range(5))
        a.release()

    threads = [threading.Thread(target=store, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert statuses == [0] * 40
    assert len(memory_archive.instances) == 40
