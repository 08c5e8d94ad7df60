"""What tests of the wire share: a server in this process, an archive in memory, a raw peer."""

import contextlib
import io
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from sqlalchemy import select

from pacs_open.archive.archive import Archive, Held, Outcome
from pacs_open.config import ArchiveTable, Config, NetworkAE, NetworkConnection, Workers
from pacs_open.control import Control
from pacs_open.data_sets.head import HeadScanner
from pacs_open.index.attributes import LEVELS
from pacs_open.index.schema import TABLES, terms
from pacs_open.index.search import joined
from pacs_open.server import Server
from pacs_open.values import (
    AssociationRequest,
    Dimse,
    Head,
    Level,
    Model,
    Operation,
    Peer,
    PresentationContext,
    Query,
    Record,
)
from pacs_open.wire import dimse, upper_layer
from pacs_open.wire.command import Command, CommandField, encode
from pacs_open.wire.negotiation import Wanted, conclude, propose
from tests.pacs_open import postgresql_server

# A busy machine is no fault.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
VERIFICATION = "1.2.840.10008.1.1"


@dataclass
class MemoryStored:
    """Bytes held in memory, read through ``chunks`` alone."""

    data: bytes
    plain: bool = False
    descriptor: int = -1
    offset: int = 0

    @property
    def length(self):
        return len(self.data)

    def read(self, size=-1):
        stream = self.__dict__.setdefault("stream", io.BytesIO(self.data))
        return stream.read(size)

    def chunks(self, size=262144):
        while piece := self.read(size):
            yield piece


@dataclass
class MemoryIncoming:
    """An instance that arrives; kept as it came."""

    archive: "MemoryArchive"
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    data: bytearray = field(default_factory=bytearray)

    @property
    def size(self):
        return len(self.data)

    @property
    def head(self):
        return Head({"SOPInstanceUID": self.sop_instance_uid})

    def finish(self):
        return self.head

    def write(self, data):
        self.data += data

    def commit(self, decide):
        self.archive.may_commit.wait(10)
        known = self.archive.instances.get(self.sop_instance_uid)
        decide(
            Record(
                self.sop_class_uid,
                self.sop_instance_uid,
                self.transfer_syntax,
                self.head,
                len(self.data),
                "digest",
                "digest" if known else None,
            )
        )
        self.archive.instances[self.sop_instance_uid] = bytes(self.data)
        self.archive.classes[self.sop_instance_uid] = (self.sop_class_uid, self.transfer_syntax)
        return Outcome.REPLACED if known else Outcome.STORED

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def pixels(size):
    """A data set (explicit little endian) of one element with so many bytes."""
    return (
        bytes.fromhex("e07f1000 4f57 0000".replace(" ", "")) + struct.pack("<L", size) + bytes(size)
    )


class MemoryArchive:
    """As much of an archive as the wire needs; nothing is parsed."""

    def __init__(self):
        self.instances = {}
        self.classes = {}
        self.may_commit = threading.Event()
        self.may_commit.set()
        self.matches = 0
        self.index = SimpleNamespace(is_gone=False)

    def receive(self, *, sop_class_uid, sop_instance_uid, transfer_syntax, source_ae_title=""):
        return MemoryIncoming(self, sop_class_uid, sop_instance_uid, transfer_syntax)

    def search(self, query, only=()):
        for number in range(self.matches):
            yield {"PatientID": str(number), "StudyInstanceUID": f"1.2.{number}"}

    def locate(self, query):
        return [
            Held(*self.classes[uid][:1], uid, self.classes[uid][1], "", "", "", len(data), "", 0, 0)
            for uid, data in self.instances.items()
        ]

    @contextlib.contextmanager
    def open(self, held):
        yield MemoryStored(self.instances[held.sop_instance_uid])

    def close(self):
        """Nothing to close."""


class RawPeer:
    """A peer that can say whatever it likes, whole or byte by byte."""

    def __init__(self, address, *, wrap=None):
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if wrap is not None:
            self.socket = wrap(self.socket)
        self.message_id = 0
        self.agreement = None

    def associate(
        self,
        *abstract_syntaxes,
        calling="PEER",
        called="PACS-OPEN",
        transfer_syntaxes=(EXPLICIT, IMPLICIT),
        roles=None,
        maximum_pdu=131072,
    ):
        contexts = tuple(
            PresentationContext(2 * index + 1, uid, tuple(transfer_syntaxes))
            for index, uid in enumerate(abstract_syntaxes or (VERIFICATION,))
        )
        wanted = Wanted(calling, called, contexts, roles or {})
        self.socket.sendall(propose(wanted, maximum_pdu=maximum_pdu))
        kind, body = self.read_pdu()
        assert kind == upper_layer.PduType.ASSOCIATE_AC, (kind, body)
        self.agreement = conclude(wanted, body)
        return self

    def read_exactly(self, count):
        held = bytearray()
        while len(held) < count:
            piece = self.socket.recv(count - len(held))
            if not piece:
                raise EOFError(bytes(held))
            held += piece
        return bytes(held)

    def read_pdu(self):
        kind, length = struct.unpack(">BxL", self.read_exactly(6))
        return kind, self.read_exactly(length)

    def read_to_end(self):
        held = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := self.socket.recv(65536):
                held += piece
        return bytes(held)

    def message(self, command, data=None, *, context_id=1, fragment=16378):
        pieces = list(dimse.fragments(context_id, encode(command), fragment, is_command=True))
        if data is not None:
            pieces += dimse.fragments(context_id, data, fragment, is_command=False)
        return b"".join(pieces)

    def send(self, command, data=None, **options):
        self.socket.sendall(self.message(command, data, **options))

    def read_response(self):
        decoder = self.__dict__.setdefault("decoder", dimse.Decoder(upper_layer.Bounds()))
        decoder.context_ids = range(256)
        data = bytearray()
        command = None
        while True:
            while (event := decoder.next_event()) is None:
                piece = self.socket.recv(65536)
                if not piece:
                    raise EOFError
                decoder.feed(piece)
            if isinstance(event, dimse.Pdu):
                return event
            if isinstance(event, dimse.CommandReceived):
                command = event.command
                if not command.has_data_set:
                    return command
            else:
                data += event.data
                if event.last:
                    self.identifier = bytes(data)
                    return command

    def echo(self):
        self.message_id += 1
        self.send(
            Command(
                CommandField.C_ECHO_RQ,
                affected_sop_class_uid=VERIFICATION,
                message_id=self.message_id,
            )
        )
        return self.read_response().status

    def store_request(self, uid, sop_class_uid=CT_IMAGE):
        self.message_id += 1
        return Command(
            CommandField.C_STORE_RQ,
            affected_sop_class_uid=sop_class_uid,
            affected_sop_instance_uid=uid,
            message_id=self.message_id,
            priority=0,
            has_data_set=True,
        )

    def store(self, uid, data, **options):
        self.send(self.store_request(uid), data, **options)
        return self.read_response().status

    def release(self):
        self.socket.sendall(upper_layer.RELEASE_RQ)
        kind, _ = self.read_pdu()
        return kind

    def close(self):
        self.socket.close()


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    """A self-made certificate and its key, as PEM files."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pacs.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def tls(tls_files):
    """A control that sets TLS, and a function that wraps a peer's socket."""

    def secure(self, door):
        door.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        door.ssl_context.load_cert_chain(*tls_files)
        door.handshake_deadline = 30.0

    def wrap(sock):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(tls_files[0])
        return context.wrap_socket(sock)

    return type("TlsControl", (Control,), {"name": "tls", "secure": secure})(), wrap


@pytest.fixture
def control():
    """Make controls of functions, one for each moment: control(admit=...)."""

    def make(title="test", **moments):
        return type(title, (Control,), {"name": title, **moments})()

    return make


class Witness:
    """Hears every event, and can be waited upon."""

    def __init__(self, control):
        self.events = []
        self._changed = threading.Condition()
        self.control = control(
            "witness", observe=lambda _control, event, _ledger: self._hear(event)
        )

    def _hear(self, event):
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, moment, count=1):
        """The events of this moment, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(moment)) >= count, 10), self.events
        return self.of(moment)

    def of(self, moment):
        return [event for event in self.events if event.moment is moment]


@pytest.fixture
def witness(control):
    """A control that hears every event."""
    return Witness(control)


@pytest.fixture
def configuration(tmp_path):
    """A configuration on a free port of loopback."""
    return Config(
        network_ae=NetworkAE(ae_title="PACS-OPEN"),
        network_connection=NetworkConnection(port=0),
        archive=ArchiveTable(directory=Path(tmp_path / "archive")),
        workers=Workers(count=1, stop_within=5.0),
    )


@pytest.fixture(name="pixels")
def _pixels():
    """Make data sets of a size: pixels(1000)."""
    return pixels


@pytest.fixture
def memory_archive():
    """An archive in memory."""
    return MemoryArchive()


@pytest.fixture
def serving(configuration, memory_archive):
    """Start servers with the given controls; all are stopped at the end."""
    with contextlib.ExitStack() as running:

        def start(*controls, **options):
            options.setdefault("archive", memory_archive)
            server = Server(configuration, controls, **options)
            server.start()
            running.callback(server.stop, 1.0)
            return server

        yield start


@pytest.fixture
def peer():
    """Connect raw peers; all are closed at the end."""
    with contextlib.ExitStack() as connected:

        def connect(server, **options):
            made = RawPeer(getattr(server, "address", server), **options)
            connected.callback(made.close)
            return made

        yield connect


class Shelf:
    """An archive on disk, and the few words that its tests need."""

    def __init__(self, directory: Path, index_url: str | None = None):
        self.directory = directory
        self.index_url = index_url

    def open(self, **settings):
        return Archive(self.directory, index_url=self.index_url, **settings)

    @staticmethod
    def data_set(number=1, *, implicit=False, **changes):
        """An encoded CT image of a few hundred bytes; ``changes`` by keyword, None leaves out."""
        ds = Dataset()
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.SOPClassUID = CT_IMAGE
        ds.SOPInstanceUID = f"2.25.{number}"
        ds.StudyDate = "20190917"
        ds.Modality = "CT"
        ds.PatientName = "Müller^Änne"
        ds.PatientID = "P1"
        ds.StudyInstanceUID = "2.25.1000"
        ds.SeriesInstanceUID = "2.25.2000"
        ds.InstanceNumber = str(number)
        ds.BitsAllocated, ds.PixelRepresentation = 16, 0
        ds.PixelData = bytes(256)
        for keyword, value in changes.items():
            if value is None:
                delattr(ds, keyword)
            else:
                setattr(ds, keyword, value)
        file = DicomBytesIO()
        file.is_little_endian, file.is_implicit_VR = True, implicit
        ds["PixelData"].VR = "OW"
        write_dataset(file, ds)
        return file.getvalue()

    @staticmethod
    def receive(archive, data, uid=None, *, syntax=EXPLICIT, piece=131072):
        """An incoming instance with all its bytes written."""
        scanner = HeadScanner(implicit=syntax == IMPLICIT)
        scanner.feed(data)
        uid = uid or scanner.elements["SOPInstanceUID"]
        incoming = archive.receive(
            sop_class_uid=CT_IMAGE, sop_instance_uid=uid, transfer_syntax=syntax
        )
        for start in range(0, len(data), piece):
            incoming.write(memoryview(data)[start : start + piece])
        return incoming

    def store(self, archive, *data_sets, decide=lambda record: None):
        """Store data sets; the outcome of the last."""
        for data in data_sets:
            with self.receive(archive, data) as incoming:
                outcome = incoming.commit(decide)
        return outcome

    @staticmethod
    def query(level="IMAGE", **rest):
        """A query; ``rest`` are keys by keyword, or fields of the query in lower case."""
        fields = {name: rest.pop(name) for name in list(rest) if name[0].islower()}
        request = AssociationRequest(Peer("127.0.0.1", 4242), "ANY", "PACS")
        operation = Operation(request, Dimse.FIND, "", 1, EXPLICIT)
        return Query(operation, Model.STUDY_ROOT, Level(level), rest, **fields)

    def find(self, archive, level="IMAGE", **keys):
        return list(archive.search(self.query(level, **keys)))

    def uids(self, archive, **keys):
        """SOP Instance UIDs that match, without their root."""
        rows = archive.search(self.query(**keys))
        return {row["SOPInstanceUID"].removeprefix("2.25.") for row in rows}

    def read(self, archive, number=1):
        """The data set of an instance as it is handed out."""
        (held,) = archive.locate(self.query(SOPInstanceUID=f"2.25.{number}"))
        with archive.reading() as reader:
            stored = reader.open(held)
            return stored.read()

    @staticmethod
    def dump(archive):
        """All that the index says of each instance, but for numbers of rows."""
        query = select(*(table.c for table in TABLES.values())).select_from(joined(LEVELS))
        with archive.index.reading() as connection:
            rows = connection.execute(query.order_by(TABLES[Level.IMAGE].c.id)).all()
            names = connection.execute(select(terms.c.keyword, terms.c.text)).all()
        numbers = {"id", "parent"}
        kept = [i for i, column in enumerate(query.selected_columns) if column.name not in numbers]
        return [[row[i] for i in kept] for row in rows], sorted(map(tuple, names))


@pytest.fixture(scope="session")
def postgresql():
    """A real PostgreSQL server, running."""
    if postgresql_server.programs() is None:
        pytest.skip(postgresql_server.MISSING)
    server = postgresql_server.PostgresqlServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


def pytest_generate_tests(metafunc):
    """Every test of index and archive runs with SQLite and with PostgreSQL.

    ``@pytest.mark.database("sqlite")`` picks one, for what the other has not.
    """
    folder = metafunc.definition.path.parent.name
    if "index_url" in metafunc.fixturenames and folder in {"index", "archive"}:
        marker = metafunc.definition.get_closest_marker("database")
        kinds = marker.args if marker else ("sqlite", "postgresql")
        metafunc.parametrize("index_url", kinds, indirect=True)


@pytest.fixture
def index_url(request):
    """The URL of an empty index; None: SQLite inside the archive."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    return request.getfixturevalue("postgresql").empty()


@pytest.fixture
def shelf(tmp_path, index_url):
    """Words for tests of an archive in ``tmp_path``."""
    return Shelf(tmp_path / "archive", index_url)


@pytest.fixture
def archive(shelf):
    """A real archive, open."""
    with shelf.open() as opened:
        yield opened
