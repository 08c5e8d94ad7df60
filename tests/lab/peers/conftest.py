"""A small PACS on pynetdicom, in memory, that can be told to lose or change images."""

import contextlib
import socket
import struct
import threading
from datetime import date, timedelta
from hashlib import sha256
from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    CTImageStorage,
    MRImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from lab.inbox import server_context
from lab.marked import Marked
from lab.pki import Authority
from lab.target import Door, Target
from sample_images import iod
from sample_images.manifest import InstanceEntry, Manifest, PatientEntry, SeriesEntry, StudyEntry

PATIENTS = 3
LEAVES_AFTER = 0.2
"""Seconds from an answer to the end of the connection: while the other side rests."""


def _reset(sock, left):
    """End a connection as by a host that lost its process."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    left.set()


class Pacs:
    """Stores, lists and returns instances; the other fields make it faulty."""

    def __init__(self):
        self.held = {}
        self.lose = 0
        self.change = False
        self.refuse = False
        self.breaks = 0
        self.leaves = 0
        """So many times it answers, and ends the connection behind its answer."""
        self.left = threading.Event()
        self.full = 0
        self.destinations = {}
        self._lock = threading.Lock()

    def store(self, event):
        if self.refuse:
            return 0x0124
        with self._lock:
            self.breaks, breaks = max(self.breaks - 1, 0), self.breaks
            self.full, full = max(self.full - 1, 0), self.full
            self.leaves, leaves = max(self.leaves - 1, 0), self.leaves
        if breaks:
            event.assoc.abort()
            return 0x0110  # never sent
        if full:
            return 0xA700
        ds = event.dataset
        ds.file_meta = event.file_meta
        with self._lock:
            self.held[ds.SOPInstanceUID] = ds
        if leaves:
            sock = event.assoc.dul.socket.socket
            threading.Timer(LEAVES_AFTER, _reset, [sock, self.left]).start()
        return 0x0000

    def find(self, event):
        for uid in {ds.StudyInstanceUID for ds in self.held.values()}:
            match = Dataset()
            match.QueryRetrieveLevel, match.StudyInstanceUID = "STUDY", uid
            yield 0xFF00, match

    def _named(self, event):
        uid = event.identifier.StudyInstanceUID
        named = [ds for ds in self.held.values() if uid == ds.StudyInstanceUID]
        for ds in named[self.lose :]:
            if self.change:
                ds.PatientName = "CHANGED"
            yield 0xFF00, ds

    def get(self, event):
        named = list(self._named(event))
        yield len(named)
        yield from named

    def move(self, event):
        address = self.destinations.get(event.move_destination)
        if address is None:
            yield None, None
            return
        yield address
        yield from self.get(event)


@pytest.fixture
def pacs():
    return Pacs()


def _contexts(ae):
    for uid in (
        Verification,
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelGet,
        StudyRootQueryRetrieveInformationModelMove,
    ):
        ae.add_supported_context(uid)
    for uid in (CTImageStorage, MRImageStorage):
        ae.add_supported_context(uid, scu_role=True, scp_role=True)
        ae.add_requested_context(uid)


@contextlib.contextmanager
def _serve(pacs, ssl_context=None):
    ae = AE("PACS")
    _contexts(ae)
    handlers = [
        (evt.EVT_C_STORE, pacs.store),
        (evt.EVT_C_FIND, pacs.find),
        (evt.EVT_C_GET, pacs.get),
        (evt.EVT_C_MOVE, pacs.move),
    ]
    server = ae.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=ssl_context
    )
    try:
        yield server.server_address[:2]
    finally:
        server.shutdown()


@pytest.fixture
def address(pacs):
    with _serve(pacs) as address:
        yield address


@pytest.fixture
def target(address):
    return Target(Door(*address), "PACS", "MODALITY")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("authority"), lifetime=timedelta(hours=1))


@pytest.fixture
def secure(pacs, authority, tmp_path):
    """The same PACS over mutual TLS: where it is, and a device's identity."""
    own = authority.issue("pacs", tmp_path / "pacs", ae_title="PACS")
    device = authority.issue("device", tmp_path / "device", ae_title="MODALITY")
    with _serve(pacs, server_context(own.certificate, own.key, own.trust)) as address:
        target = Target(
            Door(*address, tls=True),
            "PACS",
            "MODALITY",
            certificate=device.certificate,
            key=device.key,
            trust=device.trust,
        )
        yield SimpleNamespace(target=target, device=device, authority=authority)


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """A folder with three small studies of two images, and their answer key."""
    folder = tmp_path_factory.mktemp("images")
    patients = []
    for number in range(1, PATIENTS + 1):
        marked = [Marked().new(shade=shade) for shade in (10, 20)]
        entries = []
        for count, instance in enumerate(marked):
            instance.ds.PatientID = marked[0].ds.PatientID
            instance.ds.PatientName = marked[0].ds.PatientName
            instance.ds.StudyInstanceUID = marked[0].study_instance_uid
            instance.ds.SeriesInstanceUID = marked[0].series_instance_uid
            encoded = instance.part_10
            file = f"{number}-{count}.dcm"
            (folder / file).write_bytes(encoded)
            entries.append(
                InstanceEntry(
                    sop_instance_uid=instance.sop_instance_uid,
                    sop_class_uid=CTImageStorage,
                    transfer_syntax_uid="1.2.840.10008.1.2.1",
                    file=file,
                    rows=192,
                    columns=192,
                    view="axial",
                    pixel_sha256=sha256(instance.ds.PixelData).hexdigest(),
                    data_set_sha256=sha256(encoded[iod.data_set_offset(encoded) :]).hexdigest(),
                )
            )
        patients.append(_patient(number, marked[0], entries))
    manifest = Manifest(seed=1, size="small", patients=tuple(patients))
    return SimpleNamespace(folder=folder, manifest=manifest)


def _patient(number, instance, entries):
    series = SeriesEntry(
        series_instance_uid=instance.series_instance_uid,
        modality="CT",
        series_description="",
        instances=tuple(entries),
    )
    study = StudyEntry(
        study_instance_uid=instance.study_instance_uid,
        study_date="20190917",
        accession_number="1",
        study_description="",
        modality="CT",
        series=(series,),
    )
    return PatientEntry(
        number=number,
        patient_id=instance.patient_id,
        patient_name="PACSLAB^PROBE",
        birth_date=f"{date(1970, 1, 1):%Y%m%d}",
        sex="O",
        referring_physician="",
        institution="",
        abnormality=next(iter(PatientEntry.model_fields["abnormality"].annotation)),
        studies=(study,),
    )
