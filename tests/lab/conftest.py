"""An archive made wrong, one made right, and a port where nobody listens."""

import hashlib
import secrets
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from lab import bad_certificates
from lab.bad_certificates import Bench
from lab.cli import app
from lab.engines import places
from lab.engines.ports import free_port
from lab.friend import greet
from lab.issuing import users
from lab.marked import Marked
from lab.pki import Authority, self_made
from lab.scene import Credential, Peer, Scene
from lab.sop_classes import CT
from lab.target import Door
from lab.user_identity import USER
from pacs_open.config import Config
from pacs_open.ledger import LocalLedger
from pacs_open.server import Server
from pacs_secure.config import build
from sample_images.manifest import InstanceEntry, Manifest, PatientEntry, SeriesEntry, StudyEntry
from sample_images.patients import Abnormality, Modality, Sex
from sample_images.size import Size
from tests.lab import faulty, weak_servers
from tests.lab.compose_here import Stations

RIGHTS = {
    "modality": {"echo", "store", "commit"},
    "workstation": {"echo", "find", "get", "move"},
    "visitor": {"echo", "store", "find", "get"},
    "reader": {"echo", "find", "get", "move"},
}
EXEMPT = ("MODALITY", "WORKSTATION", "VISITOR")
SEES_ALL = ("MODALITY", "WORKSTATION", "VISITOR")
DEADLINE = 1.0
ASSOCIATIONS = 6
SILENCE, PDU_DEADLINE = 2.0, 1.0
LARGEST = 1024 * 1024
MATCHES = 20


@pytest.fixture(scope="session")
def identities(tmp_path_factory):
    """Certificates of the archive, of the clinic's devices and of a stranger."""
    folder = tmp_path_factory.mktemp("identities")
    authority = Authority.create(folder / "authority", lifetime=timedelta(hours=1))
    known = {
        name: authority.issue(name, folder / name, ae_title=name.upper())
        for name in ("pacs-secure", *RIGHTS)
    }
    bad_certificates.write_all(Bench(authority, "modality"), folder / "bad")
    authority.write_crl(folder / "crl.pem")
    until = datetime.now(UTC) + timedelta(hours=1)
    users.make({"reader": folder / "reader" / USER}, folder / "pacs-secure" / "users", until)
    return {**known, "stranger": self_made("stranger", folder / "stranger")}


def _peers(identities, workstation_port, *, certificates):
    return {
        name: Peer(
            name.upper(),
            frozenset(may),
            identities[name].certificate if certificates else None,
            identities[name].key if certificates else None,
            identities[name].key.parent / USER if certificates and name == "reader" else None,
            sees=frozenset({"CT"}) if name == "reader" else None,
            listens_on=("127.0.0.1", workstation_port) if name == "workstation" else None,
        )
        for name, may in RIGHTS.items()
    }


def _config(folder: Path, workstation_port: int, callback_port: int, **more) -> Config:
    return Config.model_validate(
        {
            "archive": {"directory": folder, "durability": "relaxed"},
            "network_connection": {"host": "127.0.0.1", "port": 0},
            "callback_port": callback_port,
            "peers": [
                {
                    "ae_title": "WORKSTATION",
                    "host": "127.0.0.1",
                    "port": workstation_port,
                    "server_name": "workstation.pacslab.internal",
                }
            ],
            **more,
        }
    )


def _passing(identities, lasts):
    """A good certificate that ends in a moment."""
    folder = identities["visitor"].trust.parent.parent
    now = datetime.now(UTC)
    made = Authority.load(folder / "authority").issue(
        "modality",
        folder / "passing" / secrets.token_hex(8),
        ae_title="MODALITY",
        validity=(now - timedelta(hours=1), now + lasts),
    )
    return Credential(made.certificate, made.key)


def _revoke(identities, server, shown):
    """Revoke what was made by ``_passing``; the server reads the list of all of them."""
    folder = identities["visitor"].trust.parent.parent
    certificate = x509.load_pem_x509_certificate(shown.certificate.read_bytes())
    authority = Authority.load(folder / "authority")
    authority.revoke_certificate(certificate)
    authority.write_crl(folder / "crl.pem")
    server.reload()


def _stranger(identities):
    made = identities["stranger"]
    return Peer("STRANGER", certificate=made.certificate, key=made.key)


def _controls(identities):
    own = identities["pacs-secure"]
    rights = {name.upper(): sorted(may) for name, may in RIGHTS.items()}
    tables = {
        "tls": {
            "certificate": str(own.certificate),
            "key": str(own.key),
            "trust": str(own.trust),
            "crl": str(own.certificate.parent.parent / "crl.pem"),
        },
        "handshake_deadline": {"seconds": DEADLINE},
        "message_limits": {"largest": LARGEST, "silence": SILENCE, "pdu": PDU_DEADLINE},
        "association_limit": {"per_peer": ASSOCIATIONS},
        "called_ae": {"titles": ["PACS-SECURE"]},
        "calling_ae": {"titles": sorted(rights)},
        "node_identity": {
            "fingerprints": {name.upper(): [identities[name].fingerprint] for name in RIGHTS}
        },
        "presentation_contexts": {"services": rights},
        "permissions": {"rights": rights},
        "query_scope": {
            "limit": MATCHES,
            "everything": SEES_ALL,
            "modalities": {"READER": ["CT"]},
        },
        "move_destinations": {"titles": ["WORKSTATION"]},
        "user_identity": users.settings(own.certificate.parent / "users", EXEMPT),
        "audit": {"enabled": False},
    }
    return build(tables, source="test", folder=own.certificate.parent)


@pytest.fixture(scope="session")
def archives(identities, tmp_path_factory):
    """Both archives as scenes that know an instance which is there; they run for the session."""
    with ExitStack() as stack:
        wrong = _open(stack, identities, tmp_path_factory.mktemp("open"))
        right = _greeted(_secure(stack, identities, tmp_path_factory.mktemp("secure")))
        yield wrong, right


def _open(stack, identities, folder):
    workstation_port, callback_port = free_port(), free_port()
    server = stack.enter_context(Server(_config(folder, workstation_port, callback_port)))
    return _greeted(
        Scene(
            name="open",
            doors=(Door(*server.address),),
            ae_title="PACS-OPEN",
            peers=_peers(identities, workstation_port, certificates=False),
            stranger=_stranger(identities),
            callback_port=callback_port,
            handshake_deadline=DEADLINE,
            associations_per_peer=ASSOCIATIONS,
            silence=SILENCE,
            pdu_deadline=PDU_DEADLINE,
            largest_message=LARGEST,
            matches=MATCHES,
        )
    )


def _secure(stack, identities, folder, name="secure", controls=None):
    """The hardened archive with the controls given, else with all but ``audit``."""
    controls = _controls(identities) if controls is None else controls
    tls = any(control.name == "tls" for control in controls)
    workstation_port, callback_port = free_port(), free_port()
    config = _config(
        folder, workstation_port, callback_port, network_ae={"ae_title": "PACS-SECURE"}
    )
    books = {name: book for control in controls for name, book in control.books().items()}
    server = stack.enter_context(Server(config, controls, ledger=LocalLedger(books)))
    return Scene(
        name=name,
        doors=(Door(*server.address, tls=tls),),
        ae_title="PACS-SECURE",
        peers=_peers(identities, workstation_port, certificates=tls),
        stranger=_stranger(identities),
        bad_certificates=bad_certificates.load(identities["visitor"].trust.parent.parent / "bad"),
        issue=lambda lasts: _passing(identities, lasts),
        revoke=lambda shown: _revoke(identities, server, shown),
        trust=identities["visitor"].trust,
        callback_port=callback_port,
        handshake_deadline=DEADLINE,
        associations_per_peer=ASSOCIATIONS,
        silence=SILENCE,
        pdu_deadline=PDU_DEADLINE,
        largest_message=LARGEST,
        matches=MATCHES,
    )


@pytest.fixture(scope="session")
def all_controls(identities):
    """Every control that makes a claim about the wire, with its tight settings."""
    return _controls(identities)


@pytest.fixture
def hardened_with(identities, tmp_path):
    """Start an archive with just these controls; its scene."""
    with ExitStack() as stack:

        def start(name, controls):
            (folder := tmp_path / name).mkdir()
            return _secure(stack, identities, folder, name, controls)

        yield start


def _greeted(scene):
    friend, known = greet(scene)
    assert friend is not None
    assert friend.ok, friend.evidence
    assert known.wanted is not None
    return known


@pytest.fixture
def wrong(archives):
    """The scene of an archive without safeguards."""
    return archives[0]


@pytest.fixture
def right(archives):
    """The scene of a hardened archive; its friends are served."""
    return archives[1]


@pytest.fixture(scope="session")
def tls_alone(identities, tmp_path_factory):
    """An archive with the control ``tls`` and no other: nobody else refuses in its place."""
    tls = [control for control in _controls(identities) if control.name == "tls"]
    with ExitStack() as stack:
        yield _secure(stack, identities, tmp_path_factory.mktemp("tls"), "tls", tls)


@pytest.fixture
def down(archives):
    """The hardened archive's scene, but nobody listens there."""
    scene = archives[1]
    return replace(scene, doors=(Door("127.0.0.1", free_port(), tls=True),))


@pytest.fixture
def weak_server(right, identities, tmp_path):
    """A scene of a TLS server that takes one weak version or kind of suite."""
    with ExitStack() as stack:

        def start(*, version=None, ciphers="ALL", rsa=False):
            made = weak_servers.context(
                tmp_path, identities["visitor"], version=version, ciphers=ciphers, is_rsa=rsa
            )
            address = stack.enter_context(weak_servers.serving(weak_servers.shake(made)))
            return replace(right, doors=(Door(*address, tls=True),))

        yield start


@pytest.fixture
def answering_server(right):
    """A scene of a server that answers every ClientHello with one ServerHello."""
    with ExitStack() as stack:

        def start(version, suite):
            reply = weak_servers.answer(weak_servers.server_hello(version, suite))
            address = stack.enter_context(weak_servers.serving(reply))
            return replace(right, doors=(Door(*address, tls=True),))

        yield start


@pytest.fixture
def credulous(wrong):
    """The open archive's scene, with a faulty listener in its place that believes everything."""
    with faulty.credulous() as address:
        yield replace(wrong, doors=(Door(*address),))


@pytest.fixture
def accepting(wrong):
    """The same, with one that accepts any first message."""
    with weak_servers.serving(faulty.accepts) as address:
        yield replace(wrong, doors=(Door(*address),))


@pytest.fixture
def insatiable(wrong):
    """The same, with one that reads whatever comes."""
    with weak_servers.serving(faulty.swallows) as address:
        yield replace(wrong, doors=(Door(*address),))


@pytest.fixture
def planted(tmp_path):
    """An open archive with three invented patients of two images each, and their answer key."""
    images, patients = [], []
    for number in range(1, 4):
        made = [Marked().new(shade=100 * number + place) for place in (0, 50)]
        for place, instance in enumerate(made):
            ds = instance.ds
            ds.PatientID, ds.PatientName = f"SYN-{number}", f"Muster^Anna{number}"
            ds.StudyInstanceUID = made[0].study_instance_uid
            ds.SeriesInstanceUID = made[0].series_instance_uid
            ds.InstanceNumber = place + 1
        images += made
        patients.append(_answer(number, made))
    key = Manifest(seed=1, size=Size.SMALL, patients=tuple(patients))
    config = _config(tmp_path / "planted", free_port(), callback_port := free_port())
    with Server(config) as server:
        scene = Scene(
            name="planted",
            doors=(Door(*server.address),),
            ae_title="PACS-OPEN",
            callback_port=callback_port,
            answer_key=key,
        )
        with scene.target(Peer("MODALITY")).converse(storage=[CT]) as talk:
            assert [talk.store_bytes(one.part_10) for one in images] == [0x0000] * len(images)
        yield scene


def _answer(number, made) -> PatientEntry:
    instances = tuple(
        InstanceEntry(
            sop_instance_uid=one.sop_instance_uid,
            sop_class_uid=CT,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            file=f"{number}/{place}.dcm",
            rows=one.ds.Rows,
            columns=one.ds.Columns,
            view="axial",
            pixel_sha256=hashlib.sha256(one.pixels).hexdigest(),
            data_set_sha256="0" * 64,
        )
        for place, one in enumerate(made)
    )
    series = SeriesEntry(
        series_instance_uid=made[0].series_instance_uid,
        modality=Modality.CT,
        series_description="thorax",
        instances=instances,
    )
    study = StudyEntry(
        study_instance_uid=made[0].study_instance_uid,
        study_date="20190917",
        accession_number="1",
        study_description="CT thorax",
        modality=Modality.CT,
        series=(series,),
    )
    return PatientEntry(
        number=number,
        patient_id=f"SYN-{number}",
        patient_name=f"Muster^Anna{number}",
        birth_date="19700101",
        sex=Sex.F,
        referring_physician="Arzt^Eva",
        institution="Nowhere",
        abnormality=Abnormality.PNEUMONIA,
        studies=(study,),
    )


@pytest.fixture(scope="session")
def stations(tmp_path_factory):
    """Both archives and the workstation of ``compose/``, as processes of this machine."""
    if sys.platform != "linux":
        pytest.skip("only Linux answers on all of 127.0.0.0/8")
    lab = Stations(tmp_path_factory.mktemp("stations"))
    created = lab.run("lab.issuing", "--config", lab.told("pki"), "create")
    assert created.returncode == 0, created.stderr
    with ExitStack() as stack:
        stack.callback(lab.stop_all)
        for service in ("pacs-open", "pacs-secure"):
            lab.start_archive(service)
        lab.serve("workstation")
        lab.relay()
        yield lab


@pytest.fixture
def pacslab(monkeypatch, tmp_path):
    """Call the command line with a state folder of its own."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run
