"""Both archives as processes, and the programs of others that talk to them.

Every module gets an open and a secure archive of its own, empty at first. Programs without TLS
of their own (getscu, movescu, dcmsend on Debian 12) reach the secure one through stunnel4.
"""

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from lab.engines import settings
from lab.engines.ports import free_port
from lab.pki import Authority, Identity
from pacs_open.data_sets.elements import element
from pacs_open.values import Destination
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.requestor import request

LOOPBACK = "127.0.0.1"
EVERYTHING = ["echo", "store", "find", "get", "move"]
TOOLS, TOOLS_SCP, ORTHANC = "TOOLS", "TOOLS-SCP", "ORTHANC"
HAVE_TLS = {"echoscu", "findscu", "storescu", "storescp"}
SUITES = ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
PROGRAM = "import sys; from {package}.cli import main; sys.exit(main())"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def until(condition, what, within=30.0):
    """Ask a foreign program, which tells no event, until it is ready."""
    pause = threading.Event()
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s"
        pause.wait(0.05)


def answers(port):
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def process(*arguments, log, **options):
    """A program in the background; ended by its id."""
    with log.open("wb") as output:
        started = subprocess.Popen(arguments, stdout=output, stderr=output, **options)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


@dataclass(frozen=True)
class Party:
    """One side's identity, and a bundle with the intermediate.

    DCMTK 3.6.7 sends its own certificate alone, without the intermediate that signed it.
    """

    identity: Identity
    bundle: Path

    @property
    def dcmtk(self):
        suites = [word for suite in SUITES for word in ("+cs", suite)]
        key, certificate = str(self.identity.key), str(self.identity.certificate)
        return ["+tls", key, certificate, "+cf", str(self.bundle), *suites]

    def context(self, purpose=ssl.PROTOCOL_TLS_CLIENT):
        made = ssl.SSLContext(purpose)
        made.load_cert_chain(self.identity.certificate, self.identity.key)
        made.load_verify_locations(self.bundle)
        return made


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("pki") / "ca", lifetime=timedelta(hours=2))


@pytest.fixture(scope="session")
def party(authority):
    """Issue an identity by name and AE title; the same one each time."""
    folder = authority.directory.parent
    bundle = folder / "bundle.pem"
    bundle.write_bytes(
        authority.trust.read_bytes() + (authority.directory / "intermediate.pem").read_bytes()
    )
    issued = {}

    def issue(name, ae_title):
        if name not in issued:
            issued[name] = Party(authority.issue(name, folder / name, ae_title=ae_title), bundle)
        return issued[name]

    return issue


@dataclass
class ArchiveProcess:
    """pacs-open or pacs-secure in a process group of its own."""

    kind: str
    folder: Path
    tables: dict
    tools: Party | None = None
    scp_port: int = 0
    orthanc_port: int = 0
    options: tuple = ()
    _process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def ae_title(self):
        return self.tables["network_ae"]["ae_title"]

    @property
    def is_secure(self):
        return self.kind == "secure"

    @property
    def config(self):
        return self.folder / f"pacs-{self.kind}.toml"

    def command(self, *arguments):
        program = PROGRAM.format(package=f"pacs_{self.kind}")
        return [sys.executable, "-c", program, *arguments, "--config", str(self.config)]

    def start(self):
        self.config.unlink(missing_ok=True)
        settings.write(self.config, self.tables, "of the tests")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command("--log-format", "json", *self.options),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        first = json.loads(self._process.stdout.readline() or "{}")
        assert first.get("event") == "listening", (self.folder / "log").read_text()
        self.port = first["port"]
        return self

    def stop(self):
        """TERM; the exit code."""
        if self._process is None:
            return None
        self._process.terminate()
        return self._gone(30)

    def kill(self):
        """SIGKILL to supervisor and workers at once: what a power cut leaves of a process."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._gone(30)

    def _gone(self, within):
        try:
            return self._process.wait(within)
        finally:
            self._process.stdout.close()
            self._process = None

    def check(self):
        """What ``check`` says of the archive while no server runs."""
        return subprocess.run(
            self.command("check"), capture_output=True, text=True, check=False, timeout=120
        )

    # -- our own requestor

    @contextlib.contextmanager
    def wire(self, *proposals, roles=None):
        context = self.tools.context() if self.is_secure else None
        destination = Destination(
            self.ae_title, LOOPBACK, self.port, known=True, ssl_context=context
        )
        channel = request(
            destination,
            calling_ae_title=TOOLS,
            proposals=proposals or [(CTImageStorage, [ExplicitVRLittleEndian])],
            roles=roles,
        )
        try:
            yield Wire(channel)
            channel.release()
        finally:
            channel.abort(0, 0)

    def retrieve(self, level="STUDY", *, sop_class=CTImageStorage, **keys):
        """SOP Instance UID to data set, as they came over the wire by C-GET."""
        contexts = [(uid, [ExplicitVRLittleEndian]) for uid in (STUDY_GET, sop_class)]
        with self.wire(*contexts, roles={sop_class: (False, True)}) as wire:
            return wire.get(level, **keys)

    @contextlib.contextmanager
    def connect(self):
        """A network connection, with TLS where the archive is secure."""
        with socket.create_connection((LOOPBACK, self.port), timeout=30) as sock:
            if not self.is_secure:
                yield sock
                return
            with self.tools.context().wrap_socket(sock, server_hostname=LOOPBACK) as wrapped:
                yield wrapped


class Wire:
    """Exact bytes in both directions, over our own requestor."""

    def __init__(self, channel):
        self.channel = channel
        self.message_id = 0

    def store(self, uid, data, *, sop_class=CTImageStorage, context_id=1):
        self.message_id = self.message_id % 60_000 + 1
        command = Command(
            CommandField.C_STORE_RQ,
            affected_sop_class_uid=sop_class,
            affected_sop_instance_uid=uid,
            message_id=self.message_id,
            priority=0,
            has_data_set=True,
        )
        self.channel.send(context_id, command, data)
        return self.channel.receive_response(self.message_id).status

    def get(self, level, **keys):
        tags = sorted((tag_for_keyword(keyword), value) for keyword, value in keys.items())
        texts = [(tag, dictionary_VR(tag), value.encode("latin-1")) for tag, value in tags]
        texts += [(0x00080052, "CS", level.encode())]
        data = b"".join(element(*text, explicit=True) for text in sorted(texts))
        command = Command(
            CommandField.C_GET_RQ,
            affected_sop_class_uid=STUDY_GET,
            message_id=1,
            priority=0,
            has_data_set=True,
        )
        self.channel.send(1, command, data)
        received = {}
        while message := self.channel.receive():
            data = b"".join(bytes(piece) for piece in self.channel.fragments())
            if message.command.command_field == CommandField.C_STORE_RQ:
                uid = message.command.affected_sop_instance_uid
                assert uid not in received, f"{uid} came twice"
                received[uid] = data
                answer = message.command.response(0x0000)
                self.channel.send(message.context.context_id, answer)
            elif message.command.status != 0xFF00:
                assert message.command.status == 0x0000, message.command
                break
        return received


def encoded(ds):
    """The data set alone, in explicit little endian."""
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, False
    write_dataset(file, ds)
    return file.getvalue()


@pytest.fixture(scope="session")
def make_archive(party):
    """Describe an archive in a folder; not started yet."""

    def make(kind, folder, **tables):
        tools = party("tools", TOOLS)
        scp_port, orthanc_port = free_port(), free_port()
        peers = [
            {"ae_title": TOOLS_SCP, "host": LOOPBACK, "port": scp_port},
            {"ae_title": ORTHANC, "host": LOOPBACK, "port": orthanc_port},
        ]
        common = {
            "network_ae": {"ae_title": f"PACS-{kind.upper()}"},
            "network_connection": {"host": LOOPBACK, "port": 0},
            "archive": {"directory": "archive"},
            "workers": {"count": 2},
            "peers": peers,
        }
        if kind == "secure":
            common["controls"] = _controls(folder, party)
        return ArchiveProcess(
            kind, folder, {**common, **tables}, tools, scp_port=scp_port, orthanc_port=orthanc_port
        )

    return make


def _controls(folder, party):
    own = party("pacs-secure", "PACS-SECURE")
    friends = {TOOLS: party("tools", TOOLS), ORTHANC: party("orthanc", ORTHANC)}
    for name in ("audit", "audit-key"):
        (folder / name).mkdir(mode=0o700)
    key = folder / "audit-key" / "key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32) + "\n")
    rights = dict.fromkeys(friends, EVERYTHING)
    return {
        "tls": {
            "certificate": str(own.identity.certificate),
            "key": str(own.identity.key),
            "trust": str(own.bundle),
        },
        "called_ae": {"titles": ["PACS-SECURE"]},
        "calling_ae": {"titles": sorted(friends)},
        "node_identity": {
            "fingerprints": {
                title: [friend.identity.fingerprint] for title, friend in friends.items()
            }
        },
        "presentation_contexts": {"services": rights},
        "permissions": {"rights": rights},
        "query_scope": {"everything": sorted(friends)},
        "user_identity": {"exempt": sorted(friends)},
        "move_destinations": {"titles": [TOOLS_SCP, ORTHANC]},
        "audit": {
            "file": "audit/trail.log",
            "key": "audit-key/key",
            "anchor": "audit-key/anchor",
        },
    }


@pytest.fixture(scope="module", params=["open", "secure"])
def pacs(request, make_archive, tmp_path_factory):
    """An archive that runs for one module of tests."""
    archive = make_archive(request.param, tmp_path_factory.mktemp(request.param)).start()
    yield archive
    assert archive.stop() == 0


@pytest.fixture(scope="module")
def relay(pacs, tmp_path_factory):
    """A port that a program without TLS can use: the archive's own, or stunnel4 before it."""
    if not pacs.is_secure:
        yield pacs.port
        return
    folder = tmp_path_factory.mktemp("relay")
    port = free_port()
    identity = pacs.tools.identity
    lines = [
        "foreground = yes",
        "pid =",
        "[pacs]",
        "client = yes",
        f"accept = {LOOPBACK}:{port}",
        f"connect = {LOOPBACK}:{pacs.port}",
        f"cert = {identity.certificate}",
        f"key = {identity.key}",
        f"CAfile = {pacs.tools.bundle}",
        "verifyChain = yes",
        f"checkIP = {LOOPBACK}",
        "options = NO_SSLv3",
    ]
    (folder / "stunnel.conf").write_text("\n".join(lines) + "\n")
    with process("/usr/bin/stunnel4", folder / "stunnel.conf", log=folder / "log"):
        until(lambda: answers(port), "stunnel4")
        yield port


@dataclass(frozen=True)
class Ran:
    """What became of a program."""

    code: int
    text: str


@pytest.fixture
def dcmtk(pacs, program, request, tmp_path):
    """Run a DCMTK client against the archive, over TLS where it is secure."""

    def run(name, *arguments, after=(), calling=TOOLS, expect=0):
        tls = pacs.is_secure and name in HAVE_TLS
        through = pacs.port if tls or not pacs.is_secure else request.getfixturevalue("relay")
        titles = ["-aet", calling, "-aec", pacs.ae_title]
        command = [program(name), *(pacs.tools.dcmtk if tls else ()), *titles, *arguments]
        done = subprocess.run(
            [*command, LOOPBACK, str(through), *after],
            capture_output=True,
            check=False,
            timeout=120,
            cwd=tmp_path,
            env={**os.environ, "TCP_NODELAY": "1"},
        )
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == expect, f"{name} ended with {done.returncode}:\n{text}"
        return Ran(done.returncode, text)

    return run


@pytest.fixture
def findscu(dcmtk, tmp_path):
    """Run findscu; the matches as data sets. Keys are given as bytes or text."""

    def run(level, *keys, root="-S", charset=None):
        folder = tmp_path / f"found-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        words = [f"QueryRetrieveLevel={level}", *keys]
        if charset:
            words.insert(0, f"SpecificCharacterSet={charset}")
        options = [piece for word in words for piece in ("-k", word)]
        dcmtk("findscu", root, "-X", "-od", str(folder), *options)
        return [dcmread(path, force=True) for path in sorted(folder.glob("rsp*.dcm"))]

    return run


@pytest.fixture
def storescp(pacs, program, tmp_path):
    """DCMTK's storage SCP at the address that the archive knows as TOOLS-SCP, keeping the very bytes."""
    folder = tmp_path / "arrived"
    folder.mkdir()
    tls = pacs.tools.dcmtk if pacs.is_secure else ()
    command = [
        program("storescp"),
        *tls,
        "+B",
        "-aet",
        TOOLS_SCP,
        "-od",
        str(folder),
        str(pacs.scp_port),
    ]
    log = tmp_path / "storescp.log"

    def start():
        return stack.enter_context(process(*command, log=log, env=environment))

    environment = {**os.environ, "TCP_NODELAY": "1"}
    with contextlib.ExitStack() as stack:
        running = [start()]

        def is_there():
            if running[-1].poll() is not None:  # somebody called out from this port just now
                running.append(start())
            return answers(pacs.scp_port)

        until(is_there, "storescp")
        yield folder


@dataclass
class Orthanc:
    """Orthanc's REST interface."""

    port: int

    def _ask(self, path, body=None, method="GET"):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, data)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, (path, content)
            return content

    def get(self, path):
        return json.loads(self._ask(path))

    def file(self, path):
        return self._ask(path)

    def post(self, path, body):
        return json.loads(self._ask(path, body, "POST"))

    def empty(self):
        for study in self.get("/studies"):
            self._ask(f"/studies/{study}", method="DELETE")


@pytest.fixture(scope="module")
def orthanc(pacs, party, program, tmp_path_factory):
    """Orthanc as a peer on loopback; it knows the archive as the modality ``pacs``."""
    folder = tmp_path_factory.mktemp("orthanc")
    own = party("orthanc", ORTHANC)
    rest = free_port()
    modality = {
        "AET": pacs.ae_title,
        "Host": LOOPBACK,
        "Port": pacs.port,
        "UseDicomTls": pacs.is_secure,
    }
    settings_ = {
        "Name": "peer of the tests",
        "StorageDirectory": str(folder / "orthanc"),
        "IndexDirectory": str(folder / "orthanc"),
        "HttpPort": rest,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": ORTHANC,
        "DicomPort": pacs.orthanc_port,
        "DicomCheckCalledAet": True,
        "DicomModalities": {"pacs": modality},
        "DicomAssociationCloseDelay": 0,
        "DicomTlsEnabled": pacs.is_secure,
        "DicomTlsCertificate": str(own.identity.certificate),
        "DicomTlsPrivateKey": str(own.identity.key),
        "DicomTlsTrustedCertificates": str(own.bundle),
        "DicomTlsRemoteCertificateRequired": True,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings_))
    peer = Orthanc(rest)
    log = folder / "orthanc.log"
    with process(program("Orthanc"), str(folder / "orthanc.json"), log=log):
        until(lambda: answers(rest) and answers(pacs.orthanc_port), "Orthanc")
        yield peer


NAMES = [
    ("ISO_IR 100", "Müller^Jörg"),
    ("ISO_IR 192", "Şahin^Gülşen"),
    ("ISO_IR 6", "Smith^John"),
    (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
]


def a_data_set(patient, series, number):
    """A CT image of invented patient 0 to 3, series 1 or 2; small, but whole."""
    charset, name = NAMES[patient]
    root = f"2.25.77{patient}"
    ds = Dataset()
    ds.SpecificCharacterSet = charset
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = f"{root}.{series}.{number}"
    ds.StudyDate = f"2019091{patient}"
    ds.StudyTime = "101500"
    ds.AccessionNumber = f"A{patient}"
    ds.Modality = "CT"
    ds.StudyDescription = "Thorax"
    ds.PatientName = name
    ds.PatientID = f"PAT-{patient}"
    ds.PatientBirthDate = "19700101"
    ds.PatientSex = "O"
    ds.StudyInstanceUID = root
    ds.SeriesInstanceUID = f"{root}.{series}"
    ds.StudyID = "1"
    ds.SeriesNumber = str(series)
    ds.InstanceNumber = str(number)
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = 64
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 0
    ds.add_new(0x7FE00010, "OW", np.full(64 * 64, 100 * patient + number, np.uint16).tobytes())
    return ds


@pytest.fixture(scope="session")
def small_instance():
    """Encode an instance of study 2.25.9 with any UID."""

    def make(uid, size=64):
        ds = a_data_set(2, 1, 1)
        ds.SOPInstanceUID = uid
        ds.PatientID = "SMALL"
        ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.9", "2.25.9.0"
        ds.Rows = ds.Columns = size
        ds[0x7FE00010].value = hashlib.sha256(uid.encode()).digest() * (size * size * 2 // 32)
        return encoded(ds)

    return make


@pytest.fixture(scope="session")
def dicom_files(tmp_path_factory):
    """Sixteen files: four patients, two series each, two images each."""
    folder = tmp_path_factory.mktemp("dicom")
    for patient in range(4):
        for series in (1, 2):
            for number in (1, 2):
                ds = a_data_set(patient, series, number)
                meta = FileMetaDataset()
                meta.TransferSyntaxUID = ExplicitVRLittleEndian
                meta.MediaStorageSOPClassUID = CTImageStorage
                meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
                ds.file_meta = meta
                ds.save_as(folder / f"{patient}{series}{number}.dcm", enforce_file_format=True)
    return sorted(folder.iterdir())
