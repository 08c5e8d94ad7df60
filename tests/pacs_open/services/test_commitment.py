"""pynetdicom as the modality that asks: an outside witness of request, answer and report."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from pydicom import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
    Verification,
)

from lab.transport import Replies
from pacs_open.archive.segment import path_of
from pacs_open.control import Control
from pacs_open.refusals import not_authorized
from pacs_open.values import (
    AssociationRequest,
    Dimse,
    Level,
    Model,
    Operation,
    Peer,
    Query,
    Restriction,
)

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
LONG = 10.0


class Reports:
    """Takes N-EVENT-REPORT, on whichever association."""

    def __init__(self):
        self.got = []
        self._news = threading.Condition()

    def take(self, event):
        with self._news:
            self.got.append((event.event_type, event.event_information, event.assoc))
            self._news.notify_all()
        return 0x0000, None

    def wait(self, count=1):
        with self._news:
            assert self._news.wait_for(lambda: len(self.got) >= count, LONG)
        return self.got[-1]


@pytest.fixture
def reports():
    return Reports()


@pytest.fixture
def listening(reports):
    """The modality also listens for reports; gives its port."""
    ae = AE("MODALITY")
    ae.add_supported_context(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    server = ae.start_server(
        ("127.0.0.1", 0),
        block=False,
        evt_handlers=[(evt.EVT_N_EVENT_REPORT, reports.take)],
    )
    yield server.socket.getsockname()[1]
    server.shutdown()


@pytest.fixture
def ask(reports):
    @contextmanager
    def associate(pacs):
        ae = AE("MODALITY")
        ae.add_requested_context(StorageCommitmentPushModel)
        ae.add_requested_context(Verification)
        host, port = pacs.server.address
        association = ae.associate(
            host, port, evt_handlers=[(evt.EVT_N_EVENT_REPORT, reports.take)]
        )
        association.dimse = Replies(association)  # pynetdicom's own may lose a fast reply
        assert association.is_established

        def request(
            *references,
            action=1,
            instance=StorageCommitmentPushModelInstance,
            transaction="2.25.77",
        ):
            status, _ = association.send_n_action(
                wish(references, transaction), action, StorageCommitmentPushModel, instance
            )
            return status.Status

        yield request
        association.send_c_echo()  # pynetdicom has answered the reports by then
        association.release()

    return associate


def wish(references, transaction):
    ds = Dataset()
    if transaction:
        ds.TransactionUID = transaction
    ds.ReferencedSOPSequence = []
    for sop_class, uid in references:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
        ds.ReferencedSOPSequence.append(item)
    return ds


@pytest.fixture
def at_home(start_pacs, instance):
    """An archive that holds three instances; it knows no device."""
    pacs = start_pacs()
    pacs.fill(*(instance(number) for number in range(1, 4)))
    return pacs


def held(*numbers):
    return [(CT, f"2.25.{300 + number}") for number in numbers]


def everything(pacs):
    request = AssociationRequest(Peer("127.0.0.1", 1), "A", "B")
    operation = Operation(request, Dimse.GET, "1.2", 1, "1.2.840.10008.1.2")
    return pacs.archive.locate(
        Query(operation, Model.STUDY_ROOT, Level.PATIENT, {"PatientID": "P1"})
    )


def test_what_is_held_is_committed_on_the_association_of_who_has_no_address(at_home, ask, reports):
    with ask(at_home) as request:
        assert request(*held(1, 2, 3)) == 0x0000
        kind, report, _ = reports.wait()
        assert request(*held(1), transaction="2.25.78") == 0x0000  # the association goes on
        assert reports.wait(2)[1].TransactionUID == "2.25.78"

    assert kind == 1
    assert report.TransactionUID == "2.25.77"
    assert report.RetrieveAETitle == "PACS-OPEN"
    uids = [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence]
    assert uids == ["2.25.301", "2.25.302", "2.25.303"]


def test_what_is_not_held_or_of_another_class_is_named_with_the_reason(at_home, ask, reports):
    with ask(at_home) as request:
        assert request(*held(1, 9), (MR, "2.25.302")) == 0x0000
        kind, report, _ = reports.wait()

    assert kind == 2
    failed = {i.ReferencedSOPInstanceUID: i.FailureReason for i in report.FailedSOPSequence}
    assert failed == {"2.25.309": 0x0112, "2.25.302": 0x0119}
    assert [i.ReferencedSOPInstanceUID for i in report.ReferencedSOPSequence] == ["2.25.301"]


def test_what_is_damaged_in_the_log_is_not_vouched_for(at_home, ask, reports):
    """The index alone would say yes: the answer comes from the log."""
    (third,) = [one for one in everything(at_home) if one.sop_instance_uid == "2.25.303"]
    with at_home.archive.reading() as reader:
        stored = reader.open(third)
        last = stored.offset + stored.length - 1
    with path_of(at_home.archive.segments, third.segment).open("r+b") as log:
        log.seek(last)
        (byte,) = log.read(1)
        log.seek(last)
        log.write(bytes([byte ^ 1]))
    with ask(at_home) as request:
        assert request(*held(1, 3)) == 0x0000
        kind, report, _ = reports.wait()

    assert kind == 2
    (failed,) = report.FailedSOPSequence
    assert (failed.ReferencedSOPInstanceUID, failed.FailureReason) == ("2.25.303", 0x0110)


def test_many_are_looked_up_piece_by_piece(at_home, ask, reports):
    names = held(1) + [(CT, f"2.25.9.{number}") for number in range(250)] + held(2)
    with ask(at_home) as request:
        assert request(*names) == 0x0000
        _, report, _ = reports.wait()
    assert len(report.FailedSOPSequence) == 250
    assert len(report.ReferencedSOPSequence) == 2


def test_who_has_an_address_is_called_there(start_pacs, instance, ask, reports, listening):
    peer = {"ae_title": "MODALITY", "host": "127.0.0.1", "port": listening}
    pacs = start_pacs(peers=[peer])
    pacs.fill(instance(1))
    with ask(pacs) as request:
        assert request(*held(1)) == 0x0000
        kind, report, association = reports.wait()
    assert kind == 1
    assert report.TransactionUID == "2.25.77"
    assert association.is_acceptor
    assert association.requestor.ae_title == "PACS-OPEN"


def test_who_has_an_address_may_want_it_on_the_same_association(
    start_pacs, instance, ask, reports, listening
):
    same = {"commitment": "same association"}
    pacs = start_pacs(
        peers=[{"ae_title": "MODALITY", "host": "127.0.0.1", "port": listening, **same}]
    )
    pacs.fill(instance(1))
    with ask(pacs) as request:
        assert request(*held(1)) == 0x0000
        assert reports.wait()[2].is_requestor


def test_who_listens_later_is_called_again(start_pacs, instance, ask, reports):
    """A device that listens only after it has hung up."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    pacs = start_pacs(peers=[{"ae_title": "MODALITY", "host": "127.0.0.1", "port": port}])
    pacs.server._errands._pauses = (0.2,) * 40
    pacs.fill(instance(1))
    with ask(pacs) as request:
        assert request(*held(1)) == 0x0000
    assert reports.got == []
    ae = AE("MODALITY")
    ae.add_supported_context(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    server = ae.start_server(
        ("127.0.0.1", port),
        block=False,
        evt_handlers=[(evt.EVT_N_EVENT_REPORT, reports.take)],
    )
    try:
        assert reports.wait()[0] == 1
    finally:
        server.shutdown()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"action": 2}, 0x0123),
        ({"instance": "1.2.840.10008.1.20.1.2"}, 0x0112),
        ({"transaction": ""}, 0x0115),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_reported(
    at_home, ask, reports, wrong, status
):
    with ask(at_home) as request:
        assert request(*held(1), **wrong) == status
        assert request(*held(1), transaction="2.25.80") == 0x0000
        assert reports.wait()[1].TransactionUID == "2.25.80"
    assert len(reports.got) == 1


def test_a_control_that_says_no_is_obeyed(start_pacs, instance, ask, reports):
    class NoCommitment(Control):
        name = "none"

        def permit(self, operation):
            if operation.service == "commit":
                raise not_authorized("not you")

    pacs = start_pacs([NoCommitment()])
    pacs.fill(instance(1))
    with ask(pacs) as request:
        assert request(*held(1)) == 0x0124
    assert reports.got == []


def test_what_a_control_hides_is_not_there_and_its_no_is_the_answer(
    start_pacs, instance, ask, reports
):
    class Scope(Control):
        name = "scope"

        def narrow(self, query):
            if "2.25.302" in query.keys["SOPInstanceUID"]:
                return replace(query, restrictions=(Restriction("PatientID", frozenset({"X"})),))
            if query.keys["SOPInstanceUID"].startswith("2.25.309"):
                raise not_authorized("no scope")
            return query

    pacs = start_pacs([Scope()])
    pacs.fill(instance(1), instance(2))
    with ask(pacs) as request:
        assert request(*held(9)) == 0x0124
        assert request(*held(2)) == 0x0000
        assert reports.wait()[0] == 2
        assert request(*held(1)) == 0x0000
        assert reports.wait(2)[0] == 1
