"""A whole archive on loopback, and a requestor that says exactly what a test wants it to say."""

import socket
import threading
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pynetdicom import AE, evt

from pacs_open.archive.archive import Archive
from pacs_open.config import Config
from pacs_open.server import Server
from pacs_open.values import Destination
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.requestor import request

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.50"
CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
VERIFICATION = "1.2.840.10008.1.1"
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (f"1.2.840.10008.5.1.4.1.2.1.{n}" for n in (1, 2, 3))
STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))


def encoded(ds, syntax=EXPLICIT):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, syntax == IMPLICIT
    write_dataset(file, ds)
    return file.getvalue()


def decoded(data, syntax=EXPLICIT):
    return read_dataset(BytesIO(data), is_implicit_VR=syntax == IMPLICIT, is_little_endian=True)


def make_instance(number=1, *, patient="P1", study="2.25.10", series="2.25.20", **changes):
    """A small CT image; ``changes`` by keyword, None deletes."""
    ds = Dataset()
    ds.SOPClassUID = CT
    ds.SOPInstanceUID = f"2.25.30{number}"
    ds.StudyDate = "20190917"
    ds.Modality = "CT"
    ds.PatientName = "Test^Patient"
    ds.PatientID = patient
    ds.StudyInstanceUID = study
    ds.SeriesInstanceUID = series
    ds.InstanceNumber = str(number)
    ds.Rows = ds.Columns = 16
    ds.BitsAllocated = 16
    ds.PixelRepresentation = 0
    ds.add_new(0x7FE00010, "OW", np.full(256, number, np.uint16).tobytes())
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def make_identifier(level, **keys):
    ds = Dataset()
    if level:
        ds.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    return ds


class Scu:
    """A requestor over our own wire code: it sends what it is told, right or wrong."""

    def __init__(self, channel):
        self.channel = channel
        self.message_id = 0

    def context(self, sop_class, syntax=None):
        return next(
            context
            for context in self.channel.contexts.values()
            if context.abstract_syntax == sop_class and syntax in {None, context.transfer_syntax}
        )

    def begin(self, field, sop_class, data=None, *, on=None, syntax=None, hold=False, **elements):
        self.message_id += 1
        command = Command(
            field,
            affected_sop_class_uid=sop_class,
            message_id=self.message_id,
            has_data_set=data is not None,
            priority=None if field == CommandField.C_ECHO_RQ else 0,
            **elements,
        )
        context = self.context(on or sop_class, syntax)
        self.channel.send(context.context_id, command, data, hold=hold)
        return context

    def cancel(self, sop_class, *, hold=False):
        command = Command(CommandField.C_CANCEL_RQ, message_id_being_responded_to=self.message_id)
        self.channel.send(self.context(sop_class).context_id, command, hold=hold)

    def store(self, ds, *, syntax=EXPLICIT, data=None, sop_class=None, uid=None, on=None):
        data = encoded(ds, syntax) if data is None else data
        sop_class = sop_class or ds.SOPClassUID
        uid = ds.SOPInstanceUID if uid is None else uid
        self.begin(
            CommandField.C_STORE_RQ,
            sop_class,
            data,
            on=on,
            syntax=syntax,
            affected_sop_instance_uid=uid,
        )
        return self.channel.receive_response(self.message_id)

    def receive(self):
        """The next message: command and data set as bytes."""
        message = self.channel.receive()
        return message, b"".join(bytes(piece) for piece in self.channel.fragments())

    def responses(self, *, stored=None, status=0x0000, cancel_after=None):
        """All responses to the request at hand; C-STORE sub-operations are taken and answered."""
        found, taken = [], 0
        while True:
            message, data = self.receive()
            command = message.command
            if command.command_field == CommandField.C_STORE_RQ:
                taken += 1
                stored.append((command, message.context, data))
                if cancel_after == taken:
                    self.channel.send(
                        message.context.context_id,
                        Command(
                            CommandField.C_CANCEL_RQ, message_id_being_responded_to=self.message_id
                        ),
                    )
                answer = status(command) if callable(status) else status
                self.channel.send(message.context.context_id, command.response(answer))
                continue
            found.append((command, data))
            if command.status not in {0xFF00, 0xFF01}:
                return found

    def find(self, ds, *, model=STUDY_FIND, syntax=EXPLICIT, data=None):
        data = encoded(ds, syntax) if data is None else data
        self.begin(CommandField.C_FIND_RQ, model, data, syntax=syntax)
        return self.responses()

    def find_and_cancel(self, ds, *, model=STUDY_FIND):
        """Request and C-CANCEL leave in one write."""
        self.begin(CommandField.C_FIND_RQ, model, encoded(ds), syntax=EXPLICIT, hold=True)
        self.cancel(model, hold=True)
        self.channel.flush()
        return self.responses()

    def get(self, ds, *, model=STUDY_GET, syntax=EXPLICIT, **options):
        stored = []
        self.begin(CommandField.C_GET_RQ, model, encoded(ds, syntax), syntax=syntax)
        return self.responses(stored=stored, **options), stored

    def move(self, ds, destination, *, model=STUDY_MOVE, syntax=EXPLICIT):
        self.begin(
            CommandField.C_MOVE_RQ,
            model,
            encoded(ds, syntax),
            syntax=syntax,
            move_destination=destination,
        )
        return self.responses()


class Pacs:
    """An archive that listens, and ways to talk to it."""

    def __init__(self, server, archive):
        self.server = server
        self.archive = archive

    @contextmanager
    def scu(self, *proposals, roles=None, calling="SCU"):
        host, port = self.server.address
        destination = Destination("PACS-OPEN", host, port, known=True)
        channel = request(
            destination, calling_ae_title=calling, proposals=proposals or DEFAULT, roles=roles
        )
        try:
            yield Scu(channel)
            channel.release()
        finally:
            channel.abort(0, 0)

    def fill(self, *datasets, syntax=EXPLICIT):
        with self.scu(*((ds.SOPClassUID, [syntax]) for ds in datasets[:1])) as scu:
            for ds in datasets:
                assert scu.store(ds, syntax=syntax).status == 0x0000


DEFAULT = [
    (VERIFICATION, [IMPLICIT]),
    (CT, [EXPLICIT]),
    (CT, [IMPLICIT]),
    (MR, [EXPLICIT]),
    *((uid, [EXPLICIT]) for uid in (PATIENT_FIND, PATIENT_MOVE, PATIENT_GET)),
    *((uid, [EXPLICIT]) for uid in (STUDY_FIND, STUDY_MOVE, STUDY_GET)),
    *((uid, [IMPLICIT]) for uid in (STUDY_FIND, STUDY_MOVE, STUDY_GET)),
]


@pytest.fixture
def start_pacs(tmp_path):
    """Start an archive; keyword arguments go into its configuration, ``controls`` to the server."""
    running = []

    def start(controls=(), **tables):
        config = Config.model_validate(
            {
                "archive": {"directory": tmp_path / "archive"},
                "network_connection": {"port": 0},
                **tables,
            }
        )
        archive = Archive(tmp_path / "archive", durability="relaxed")
        server = Server(config, controls, archive=archive)
        server.start()
        running.append((server, archive))
        return Pacs(server, archive)

    yield start
    for server, archive in running:
        server.stop(1.0)
        archive.close()


@pytest.fixture
def pacs(start_pacs):
    return start_pacs()


class StorageScp:
    """A storage SCP of another library, for C-MOVE."""

    def __init__(self, contexts, status=0x0000):
        self.received = []
        self.arrived = threading.Event()
        self._status = status
        self._ae = AE("DEST")
        for sop_class, syntaxes in contexts:
            self._ae.add_supported_context(sop_class, syntaxes)

    def __enter__(self):
        handlers = [(evt.EVT_C_STORE, self._take)]
        self._server = self._ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
        self.port = self._server.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._server.shutdown()

    def _take(self, event):
        primitive = event.request
        self.received.append(
            {
                "uid": primitive.AffectedSOPInstanceUID,
                "syntax": event.context.transfer_syntax,
                "data": event.encoded_dataset(include_meta=False),
                "originator": primitive.MoveOriginatorApplicationEntityTitle,
                "originator_message_id": primitive.MoveOriginatorMessageID,
                "calling": event.assoc.requestor.ae_title,
            }
        )
        self.arrived.set()
        return self._status(len(self.received)) if callable(self._status) else self._status


@pytest.fixture
def instance():
    return make_instance


@pytest.fixture
def all_progress(monkeypatch):
    """A pending response after each sub-operation but the last, however fast they are."""
    monkeypatch.setattr("pacs_open.services.retrieve.PROGRESS_EVERY", 0)


@pytest.fixture
def identifier():
    return make_identifier


@pytest.fixture
def encode():
    return encoded


@pytest.fixture
def decode():
    return decoded


@pytest.fixture
def storage_scp():
    return StorageScp


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class BreakingOff(StorageScp):
    """A storage SCP that aborts after its first instance."""

    def _take(self, event):
        if self.received:
            event.assoc.abort()
        return super()._take(event)


@pytest.fixture
def breaking_off():
    with BreakingOff([(CT, [EXPLICIT])]) as listening:
        yield listening
