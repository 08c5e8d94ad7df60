import threading

import pytest
from pynetdicom import AE

from pacs_open.errors import ConfigurationError
from pacs_open.ledger import LocalLedger
from pacs_open.refusals import ConnectionDropped
from pacs_open.reloading import Setup
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


def test_a_reload_brings_new_controls_to_new_connections(serving, peer, control, configuration):
    seen = []

    def telling(name):
        return control(
            connect=lambda self, peer, ledger: seen.append(f"connect {name}"),
            depart=lambda self, peer, ledger: seen.append(f"depart {name}"),
        )

    server = serving(telling("old"))
    before = peer(server).associate()
    server.reload(Setup(configuration, [telling("new")]))

    assert before.release()
    assert peer(server).associate().release()
    server.stop()
    assert seen.count("depart old") == seen.count("connect old") == 1
    assert seen.count("depart new") == seen.count("connect new") == 1


def test_who_may_not_remain_is_sent_away_whatever_is_on_its_way(
    serving, peer, control, witness, configuration, pixels
):
    def remain(self, request):
        if request.calling_ae_title == "REVOKED":
            raise ConnectionDropped("revoked")

    server = serving(witness.control)
    stays = peer(server).associate()
    idle = peer(server).associate(calling="REVOKED")
    storing = peer(server).associate(CT_IMAGE, calling="REVOKED")
    whole = storing.message(storing.store_request("2.25.1"), pixels(1000))
    storing.socket.sendall(whole[:-500])  # in the middle of a data set

    server.reload(Setup(configuration, [witness.control, control(remain=remain)]))

    for one in (idle, storing):
        assert one.read_pdu() == (PduType.ABORT, bytes(4))
    assert stays.echo() == 0
    ended = [e for e in witness.wait_for(Moment.ASSOCIATION_ENDED, 2) if e.refused]
    assert {event.why for event in ended} == {"revoked"}


def test_a_reload_while_somebody_is_let_in_is_asked_whether_they_may_stay(
    serving, peer, control, configuration
):
    """The reload finds no association that it could end yet."""
    admitted, reloaded = threading.Event(), threading.Event()

    def admit(self, request, ledger):
        admitted.set()
        assert reloaded.wait(10)

    def remain(self, request):
        raise ConnectionDropped("revoked")

    server = serving(control(admit=admit))
    caller = peer(server)
    associating = threading.Thread(target=caller.associate)
    associating.start()
    assert admitted.wait(10)

    server.reload(Setup(configuration, [control(remain=remain)]))
    reloaded.set()

    associating.join(10)
    assert caller.read_pdu() == (PduType.ABORT, bytes(4))


def test_nobody_is_asked_whether_they_may_stay_without_a_reload(serving, peer, control):
    def remain(self, request):
        raise ConnectionDropped("asked though nothing has changed")

    server = serving(control(remain=remain))

    assert peer(server).associate().echo() == 0


def test_a_control_that_fails_when_asked_who_remains_keeps_nobody(
    serving, peer, control, configuration
):
    server = serving()
    standing = peer(server).associate()

    server.reload(Setup(configuration, [control(remain=lambda self, request: 1 / 0)]))

    assert standing.read_pdu() == (PduType.ABORT, bytes(4))
