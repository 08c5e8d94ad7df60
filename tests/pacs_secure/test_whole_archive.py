"""The archive with all controls on, as peers of flesh and blood meet it: real TLS, real DICOM."""

import contextlib
import datetime as dt
import errno
import json
import logging
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64decode
from types import SimpleNamespace

import psutil
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_RJ
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from lab.transport import Replies
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import LedgerUnavailableError
from pacs_open.server import Server
from pacs_secure import audit_chain, audit_log
from pacs_secure.audit_log import check
from pacs_secure.cli import main
from pacs_secure.config import load

DAY = dt.timedelta(days=1)
FIND = StudyRootQueryRetrieveInformationModelFind
MOVE = StudyRootQueryRetrieveInformationModelMove
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


class House:
    """A hardened archive and its clinic."""

    def __init__(self, clinic, folder):
        self.clinic, self.folder = clinic, folder
        self.modality, self.workstation = clinic.issue("modality"), clinic.issue("workstation")
        self.archive = clinic.issue("archive")
        self.crl = clinic.write_crl()
        for name in ("audit", "audit-key"):
            (folder / name).mkdir()
        audit_chain.make_key(folder / "audit-key" / "key")

    @property
    def trail(self):
        return (
            self.folder / "audit" / "trail",
            self.folder / "audit-key" / "key",
            self.folder / "audit-key" / "anchor",
        )

    def write(self, *, move_port=1):
        fingerprints = {
            "MODALITY": self.modality.as_certificate.fingerprint,
            "WORKSTATION": self.workstation.as_certificate.fingerprint,
        }
        rights = '{ MODALITY = ["echo", "store"], WORKSTATION = ["echo", "find", "move"] }'
        path = self.folder / "secure.toml"
        path.write_text(
            f"""
[archive]
directory = "archive"
[network_connection]
port = 0
[[peers]]
ae_title = "WORKSTATION"
host = "127.0.0.1"
port = {move_port}
server_name = "workstation"
[controls.tls]
certificate = "{self.archive.certificate.as_posix()}"
key = "{self.archive.key.as_posix()}"
trust = "{self.clinic.trust.as_posix()}"
crl = "{self.crl.as_posix()}"
[controls.handshake_deadline]
seconds = 2
[controls.association_limit]
per_peer = 3
[controls.called_ae]
titles = ["PACS-SECURE"]
[controls.calling_ae]
titles = ["MODALITY", "WORKSTATION"]
[controls.node_identity.fingerprints]
MODALITY = ["{fingerprints["MODALITY"]}"]
WORKSTATION = ["{fingerprints["WORKSTATION"]}"]
[controls.permissions]
rights = {rights}
[controls.presentation_contexts]
services = {rights}
[controls.query_scope]
everything = ["WORKSTATION"]
[controls.user_identity]
exempt = ["MODALITY", "WORKSTATION"]
[controls.move_destinations]
titles = ["WORKSTATION"]
[controls.audit]
file = "audit/trail"
key = "audit-key/key"
anchor = "audit-key/anchor"
""",
            encoding="utf-8",
        )
        return path

    def serve(self, **more):
        config, controls = load(self.write(**more))
        return Server(config, controls)


@pytest.fixture
def house(clinic, tmp_path):
    return House(clinic, tmp_path)


@pytest.fixture
def server(house):
    with house.serve() as running:
        yield running
    assert check(*house.trail) == []


class Keeping(ssl.SSLContext):
    """Closes what pynetdicom leaves open: it forgets a socket where the archive hung up first."""

    def wrap_socket(self, *arguments, **options):
        wrapped = super().wrap_socket(*arguments, **options)
        self.kept = [*getattr(self, "kept", ()), wrapped]
        return wrapped

    def close_all(self):
        for one in getattr(self, "kept", ()):
            one.close()


@pytest.fixture
def call(house):
    """Associate as a device; None where TLS or the archive did not let us."""
    with contextlib.ExitStack() as open_associations:

        def associate(
            server,
            identity,
            calling="MODALITY",
            *,
            called="PACS-SECURE",
            contexts=(Verification,),
            version=None,
        ):
            context = Keeping(ssl.PROTOCOL_TLS_CLIENT)
            open_associations.callback(context.close_all)
            context.load_verify_locations(house.clinic.trust)
            if identity is not None:
                context.load_cert_chain(identity.certificate, identity.key)
            if version is not None:
                context.minimum_version = context.maximum_version = version
            ae = AE(calling)
            ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = 10
            for uid in contexts:
                ae.add_requested_context(uid, ExplicitVRLittleEndian)
            heard = []
            association = ae.associate(
                *server.address,
                ae_title=called,
                tls_args=(context, "archive"),
                evt_handlers=[(evt.EVT_PDU_RECV, lambda event: heard.append(event.pdu))],
            )
            association.heard = heard
            association.dimse = Replies(association)  # pynetdicom's own may lose a fast reply
            if association.is_established:
                open_associations.callback(association.release)
            return association

        yield associate


def rejection(association):
    """Result, source and reason as they came over the wire.

    Not what the association says of itself: where the answer is faster than its own thread, it
    takes the closed connection for one that never was, and calls itself aborted.
    """
    (answer,) = [pdu for pdu in association.heard if isinstance(pdu, A_ASSOCIATE_RJ)]
    return answer.result, answer.source, answer.reason_diagnostic


def image(uid="2.25.3", *, study="2.25.1", patient="P1", rows=2):
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, uid
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, "2.25.2"
    ds.PatientID, ds.PatientName, ds.Rows = patient, "Test^Case", rows
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_a_device_of_the_clinic_is_served_in_both_versions(version, server, house, call):
    association = call(server, house.modality, version=version)

    assert association.send_c_echo().Status == 0x0000


@pytest.mark.parametrize("version", [TLS12, TLS13])
@pytest.mark.parametrize("kind", ["none", "expired", "unknown ca", "revoked"])
def test_nobody_else_gets_as_far_as_dicom(*, kind, version, server, house, call, another_clinic):
    identity = {
        "none": lambda: None,
        "expired": lambda: house.clinic.issue("old", begin=-9 * DAY, end=-DAY),
        "unknown ca": lambda: another_clinic.issue("modality"),
        "revoked": lambda: house.modality,
    }[kind]()
    if kind == "revoked":
        house.clinic.write_crl(house.modality)
        server.reload()

    association = call(server, identity, version=version)

    assert not association.is_established
    assert not association.is_rejected  # no A-ASSOCIATE-RJ: no DICOM was spoken
    assert call(server, house.workstation, "WORKSTATION").is_established


def test_names_must_be_right_and_ones_own(server, house, call):
    assert rejection(call(server, house.modality, called="PACS")) == (1, 1, 1)
    assert rejection(call(server, house.modality, "STRANGER")) == (1, 1, 1)
    assert rejection(call(server, house.modality, "WORKSTATION")) == (1, 1, 1)
    assert call(server, house.modality).is_established


def test_a_guesser_waits_and_a_name_that_was_served_goes_on(server, house, call):
    assert call(server, house.modality).is_established
    while (said := rejection(call(server, house.modality, called="PACS"))) == (1, 1, 1):
        pass

    assert said == (2, 3, 2)
    assert rejection(call(server, house.modality, "WORKSTATION")) == (2, 3, 2)
    assert call(server, house.modality).is_established
    assert call(server, house.workstation, "WORKSTATION").is_established


def test_one_device_takes_its_seats_and_no_others(server, house, call):
    taken = [call(server, house.modality) for _ in range(3)]

    assert rejection(call(server, house.modality)) == (2, 3, 2)
    assert call(server, house.workstation, "WORKSTATION").is_established
    taken[0].release()
    while not (again := call(server, house.modality)).is_established:
        assert rejection(again) == (2, 3, 2)  # the seat is given back a moment later


def test_a_modality_stores_but_does_not_list(server, house, call):
    association = call(server, house.modality, contexts=(CTImageStorage, FIND))

    assert [str(cx.abstract_syntax) for cx in association.accepted_contexts] == [CTImageStorage]
    assert association.send_c_store(image()).Status == 0x0000
    assert association.send_c_store(image()).Status == 0x0000  # the same again
    assert association.send_c_store(image(rows=3)).Status == 0x0111
    assert association.send_c_store(image("2.25.4", patient="P2")).Status == 0xC000


def test_a_workstation_finds_and_moves_over_tls_and_only_to_itself(house, call):
    received = []
    listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening.load_cert_chain(house.workstation.certificate, house.workstation.key)
    listening.load_verify_locations(house.clinic.trust)
    listening.verify_mode = ssl.CERT_REQUIRED

    def take(event):
        received.append((event.request.AffectedSOPInstanceUID, event.assoc.requestor.ae_title))
        return 0x0000

    ae = AE("WORKSTATION")
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
    inbox = ae.start_server(
        ("127.0.0.1", 0),
        block=False,
        ssl_context=listening,
        evt_handlers=[(evt.EVT_C_STORE, take)],
    )
    try:
        with house.serve(move_port=inbox.server_address[1]) as server:
            call(server, house.modality, contexts=(CTImageStorage,)).send_c_store(image())
            association = call(server, house.workstation, "WORKSTATION", contexts=(FIND, MOVE))
            ds = Dataset()
            ds.QueryRetrieveLevel, ds.StudyInstanceUID, ds.PatientName = "STUDY", "2.25.1", ""
            found = [s.Status for s, _ in association.send_c_find(ds, FIND)]
            moved = [s.Status for s, _ in association.send_c_move(ds, "WORKSTATION", MOVE)]
            stray = [s.Status for s, _ in association.send_c_move(ds, "MODALITY", MOVE)]
    finally:
        inbox.shutdown()

    assert (found[-1], moved[-1], stray[-1]) == (0x0000, 0x0000, 0xA801)
    assert received == [("2.25.3", "PACS-SECURE")]
    trail = house.trail[0].read_text("utf-8")
    for code in ("110100", "110102", "110104", "110112", "110113", "110134"):
        assert f'csd-code="{code}"' in trail
    assert "Test^Case" not in trail
    assert check(*house.trail) == []


@pytest.mark.program("openssl")
@pytest.mark.parametrize("option", ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"])
def test_openssl_sees_two_versions_of_tls(option, server, house, program):
    host, port = server.address
    shown = subprocess.run(
        [
            program("openssl"),
            "s_client",
            "-connect",
            f"{host}:{port}",
            option,
            "-cert",
            str(house.modality.certificate),
            "-key",
            str(house.modality.key),
            "-CAfile",
            str(house.clinic.trust),
            "-cipher",
            "ALL:@SECLEVEL=0",
        ],
        input=b"",
        check=False,
        capture_output=True,
        timeout=60,
    ).stdout.decode(errors="replace")

    got_through = "no peer certificate available" not in shown and "(ok)" in shown
    assert got_through is (option in {"-tls1_2", "-tls1_3"})


def test_a_failed_reload_changes_nothing(server, house, call):
    shutil.copy(house.archive.key, house.folder / "kept")
    house.archive.key.write_text("nonsense")
    server.reload()
    assert call(server, house.modality).is_established
    shutil.copy(house.folder / "kept", house.archive.key)


def test_an_expired_certificate_is_noticed_at_the_start(house):
    house.archive = house.clinic.issue("late", begin=-9 * DAY, end=-DAY)

    with pytest.raises(ConfigurationError, match="expired on"):
        house.serve()


def test_refusals_are_in_the_trail(house, call):
    with house.serve() as server:
        call(server, None)
        call(server, house.modality, "STRANGER")

    trail = house.trail[0].read_text("utf-8")
    assert 'csd-code="110126"' in trail
    assert 'csd-code="110147"' in trail
    assert f"sha256:{house.modality.as_certificate.fingerprint}" in trail
    assert check(*house.trail) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="one process, no workers")
def test_workers_share_one_trail_and_a_killed_one_leaves_a_line(house, call):
    program = "import sys; from pacs_secure.cli import main; sys.exit(main())"
    path = house.write()
    path.write_text("[workers]\ncount = 3\n" + path.read_text())
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, "--config", str(path), "--log-format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        said = json.loads(supervisor.stdout.readline())
        address = SimpleNamespace(address=(said["host"], said["port"]))
        association = call(address, house.modality, contexts=(CTImageStorage,))
        assert association.send_c_store(image()).Status == 0x0000
        (storing,) = [
            child
            for child in psutil.Process(supervisor.pid).children()
            if any(
                c.status == "ESTABLISHED" and c.laddr.port == said["port"]
                for c in child.net_connections("tcp")
            )
        ]
        theirs = association.dul.socket.socket  # pynetdicom forgets to close what is cut off
        storing.kill()
        while not call(address, house.workstation, "WORKSTATION").is_established:
            pass  # the dead worker's backlog
        supervisor.send_signal(signal.SIGHUP)
        assert call(address, house.workstation, "WORKSTATION").send_c_echo().Status == 0x0000
    finally:
        supervisor.terminate()
        supervisor.stdout.close()
        theirs.close()
        assert supervisor.wait(30) == 0

    trail = house.trail[0].read_text("utf-8")
    assert trail.count("the worker process ended") == 1
    assert 'csd-code="110120"' in trail
    assert 'csd-code="110121"' in trail
    assert check(*house.trail) == []


def test_no_log_names_an_instance_and_the_trail_does(house, call, caplog):
    caplog.set_level(logging.DEBUG)
    uid = "2.25.987654321"
    with house.serve() as server:
        association = call(server, house.modality, contexts=(CTImageStorage,))
        assert association.send_c_store(image(uid)).Status == 0x0000
        assert association.send_c_store(image(uid, rows=3)).Status == 0x0111
        association.release()

    told = " ".join(
        b64decode(value).decode()
        for value in re.findall(r'Alert Description" value="([^"]+)"', house.trail[0].read_text())
    )
    ours = " ".join(one.getMessage() for one in caplog.records if one.name.startswith("pacs_"))
    assert "0111H" in ours
    assert uid in told
    for secret in (uid, "P1", "Test^Case", "2.25.1"):
        assert secret not in ours


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_who_is_connected_at_the_stop_is_told_so_in_dicom(version, house, call):
    with house.serve() as server:
        association = call(server, house.modality, version=version)
        server.stop(0.0)
        association.join(10)

    assert isinstance(association.heard[-1], A_ABORT_RQ)


# -- where safety and availability conflict, it refuses and says so


def spoil(house, how):
    """Make one thing wrong; what the fault has to say."""
    path = house.write()
    key = house.archive.key
    if how == "another's key":
        key.write_bytes(house.modality.key.read_bytes())
        return path, "does not belong to certificate"
    if how == "no key":
        key.unlink()
        return path, "cannot be read"
    if how == "a key that cannot be read":
        key.unlink()
        key.mkdir()
        return path, "cannot be read"
    if how == "a key for everybody":
        key.chmod(0o644)
        return path, "is open to every user .*chmod 600"
    if how == "a policy that does not exist":
        path.write_text(
            path.read_text().replace("[controls.tls]", '[controls.tls]\npolicy = "b13"')
        )
        return path, "policy: .*dicom-b12"
    if how == "a stale list":
        house.clinic.write_crl(until=-DAY / 24)
        return path, "out of date since .*fetch the new one"
    raise LookupError(how)


@pytest.mark.parametrize(
    "how",
    [
        "another's key",
        "no key",
        "a key that cannot be read",
        "a key for everybody",
        "a policy that does not exist",
        "a stale list",
    ],
)
def test_what_cannot_be_obeyed_stops_the_start_with_one_line(how, house, capsys):
    path, said = spoil(house, how)

    assert main(["--config", str(path)]) == 2

    fault = capsys.readouterr().err.strip().splitlines()[-1]
    assert re.search(said, fault), fault


def test_an_empty_list_admits_nobody_and_does_not_stop_the_start(house, call):
    path = house.write()
    path.write_text(path.read_text().replace('titles = ["MODALITY", "WORKSTATION"]', "titles = []"))
    config, controls = load(path)
    with Server(config, controls) as server:
        assert rejection(call(server, house.modality)) == (1, 1, 1)


def test_a_list_that_runs_out_while_it_runs_refuses_everybody(house, call):
    house.clinic.write_crl(until=dt.timedelta(seconds=3))
    with house.serve() as server:
        friend = call(server, house.modality)
        assert friend.is_established
        deadline = time.monotonic() + 20
        while (again := call(server, house.workstation, "WORKSTATION")).is_established:
            assert time.monotonic() < deadline
            again.release()
        assert not again.is_rejected
        assert not call(server, house.modality).is_established


def test_a_ledger_that_cannot_be_reached_admits_nobody(house, caplog):
    class Gone:
        def ask(self, book, request):
            raise LedgerUnavailableError("the process that keeps the books is gone")

    config, controls = load(house.write())
    with (
        Server(config, controls, ledger=Gone(), announce=False) as server,
        socket.create_connection(server.address, timeout=20) as friend,
    ):
        assert friend.recv(1) == b""  # hung up, before any TLS
    assert "association_limit failed at connect: LedgerUnavailableError" in caplog.text


def test_a_full_audit_disk_ends_associations_until_there_is_room(house, call, monkeypatch, caplog):
    with house.serve() as server:
        before = call(server, house.workstation, "WORKSTATION", contexts=(FIND,))
        with monkeypatch.context() as full:
            full.setattr(audit_log.os, "write", no_room)
            query = Dataset()
            query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", ""
            list(before.send_c_find(query, FIND))  # answered, but nothing after it
            before.join(10)
            assert isinstance(before.heard[-1], A_ABORT_RQ)
        assert "audit could not observe" in caplog.text
        after = call(server, house.workstation, "WORKSTATION", contexts=(FIND,))
        assert [s.Status for s, _ in after.send_c_find(query, FIND)] == [0x0000]
    assert check(*house.trail) == []


def no_room(descriptor, content):
    raise OSError(errno.ENOSPC, "No space left on device")
