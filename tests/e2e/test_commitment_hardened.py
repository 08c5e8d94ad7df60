"""Storage Commitment of the hardened archive: over TLS, by right, witnessed by pynetdicom as the SCU.

DCMTK 3.6.7 has no SCU of it. What is vouched for, and what not, is asked of both archives in
``tests/pacs_open/services/test_commitment``.
"""

import ssl
import threading

import pytest
from pydicom import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    CTImageStorage,
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
    Verification,
)

from lab.transport import Replies
from tests.e2e.conftest import EVERYTHING, LOOPBACK, ORTHANC, TOOLS

UID = "2.25.9.1"
LONG = 20.0


class Reports:
    """Takes N-EVENT-REPORT on any association: event type, failed UIDs, and who opened it."""

    def __init__(self):
        self.got, self._news = [], threading.Condition()

    def take(self, event):
        failed = event.event_information.get("FailedSOPSequence", [])
        ours = "acceptor" if event.assoc.is_acceptor else "requestor"
        with self._news:
            uids = [item.ReferencedSOPInstanceUID for item in failed]
            self.got.append((event.event_type, uids, ours))
            self._news.notify_all()
        return 0x0000, None

    def wait(self):
        with self._news:
            assert self._news.wait_for(lambda: self.got, LONG)
        return self.got.pop()


@pytest.fixture
def reports():
    return Reports()


@pytest.fixture
def listening_port(party, reports):
    """The modality listens for reports, with its own certificate."""
    ae = AE(TOOLS)
    ae.add_supported_context(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    server = ae.start_server(
        (LOOPBACK, 0),
        block=False,
        ssl_context=party("tools", TOOLS).context(ssl.PROTOCOL_TLS_SERVER),
        evt_handlers=[(evt.EVT_N_EVENT_REPORT, reports.take)],
    )
    yield server.socket.getsockname()[1]
    server.shutdown()


@pytest.fixture
def start(make_archive, small_instance, tmp_path):
    """Start an archive that holds one instance; TOOLS may ask it, ORTHANC may not."""
    started = []

    def make(peer):
        archive = make_archive("secure", tmp_path, peers=[{"ae_title": TOOLS, **peer}])
        controls = archive.tables["controls"]
        rights = {TOOLS: [*EVERYTHING, "commit"], ORTHANC: EVERYTHING}
        controls["permissions"] = {"rights": rights}
        # Both are let in by the contexts: what is asked here is the right.
        controls["presentation_contexts"] = {
            "services": {TOOLS: [*EVERYTHING, "commit"], ORTHANC: [*EVERYTHING, "commit"]}
        }
        controls["move_destinations"] = {"titles": []}
        started.append(archive.start())
        with archive.wire() as wire:
            assert wire.store(UID, small_instance(UID)) == 0x0000
        return archive

    yield make
    for archive in started:
        assert archive.stop() == 0


def ask(archive, who, title, reports, *uids):
    """The status of an N-ACTION for instances; ``reports`` may get theirs before this returns."""
    wish = Dataset()
    wish.TransactionUID, wish.ReferencedSOPSequence = "2.25.77", []
    for uid in uids:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CTImageStorage, uid
        wish.ReferencedSOPSequence.append(item)
    ae = AE(title)
    ae.add_requested_context(StorageCommitmentPushModel)
    ae.add_requested_context(Verification)
    association = ae.associate(
        LOOPBACK,
        archive.port,
        ae_title=archive.ae_title,
        tls_args=(who.context(), LOOPBACK),
        evt_handlers=[(evt.EVT_N_EVENT_REPORT, reports.take)],
    )
    assert association.is_established
    association.dimse = Replies(association)  # pynetdicom's own may lose a fast reply
    status, _ = association.send_n_action(
        wish, 1, StorageCommitmentPushModel, StorageCommitmentPushModelInstance
    )
    if status.Status == 0x0000:
        report = reports.wait()
    association.send_c_echo()  # pynetdicom has answered the report by then
    association.release()
    return (status.Status, *report) if status.Status == 0x0000 else (status.Status,)


@pytest.mark.parametrize(("where", "opened_by_us"), [("same", "requestor"), ("new", "acceptor")])
def test_who_may_is_told_over_tls_on_the_association_that_it_wants(
    start, party, reports, listening_port, where, opened_by_us
):
    address = {"host": LOOPBACK, "port": listening_port, "commitment": f"{where} association"}
    archive, tools = start(address), party("tools", TOOLS)

    assert ask(archive, tools, TOOLS, reports, UID) == (0x0000, 1, [], opened_by_us)
    told = ask(archive, tools, TOOLS, reports, UID, "2.25.404")
    assert told == (0x0000, 2, ["2.25.404"], opened_by_us)


def test_who_may_not_is_refused_and_gets_no_report(start, party, reports, listening_port):
    archive = start({"host": LOOPBACK, "port": listening_port})

    assert ask(archive, party("orthanc", ORTHANC), ORTHANC, reports, UID) == (0x0124,)
    assert reports.got == []
    assert ask(archive, party("tools", TOOLS), TOOLS, reports, UID)[0] == 0x0000  # who may, is
