"""Archives that no one here wrote, in the configurations that clinics have, and what is not one."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.certificates import Usage, subject
from lab.conversation import SUCCESS
from lab.engines.ports import free_port
from lab.marked import Marked
from lab.pki import DOMAIN, Authority, Identity
from lab.sop_classes import CT
from lab.target import Door, Target
from tests.conftest import find_program
from tests.e2e.conftest import answers, process, until

HERE = "127.0.0.1"
TITLE, FRIEND = "KLINIK-PACS-7", "US"
SERVER_NAME = f"archive.{DOMAIN}"


@dataclass
class Bench:
    """Where servers are set up: a folder, and an authority of their own."""

    folder: Path
    authority: Authority
    own: Identity
    friend: Identity
    bundle: Path

    @classmethod
    def make(cls, folder: Path) -> "Bench":
        authority = Authority.create(folder / "authority", lifetime=timedelta(hours=2))
        bundle = folder / "bundle.pem"
        bundle.write_bytes(
            authority.trust.read_bytes() + (folder / "authority/intermediate.pem").read_bytes()
        )
        own = rsa_identity(authority, folder / "own")
        friend = authority.issue("friend", folder / "friend", ae_title=FRIEND)
        return cls(folder, authority, own, friend, bundle)


def rsa_identity(authority: Authority, folder: Path) -> Identity:
    """An archive's certificate with an RSA key, which the profiles of old ones need."""
    folder.mkdir()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    request = x509.CertificateSigningRequestBuilder().subject_name(subject("archive"))
    pem = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(
        authority.sign(pem, "archive", usage=Usage.CALLS_AND_LISTENS)
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / "trust.pem").write_bytes(authority.trust.read_bytes())
    return Identity.load("archive", folder, ae_title=TITLE)


@dataclass(frozen=True)
class Stands:
    """A server that stands, as its owner knows it."""

    port: int
    tls: bool = False
    certificate: bool = False
    """Whether its friends show one."""
    fill: bool = True
    """Whether an instance can be put into it."""
    talks: bool = True
    """Whether it serves anybody at all."""
    listens: int | None = None
    """Port where it sends what is moved to the friend."""


Server = Callable[[Bench, Path], contextlib.AbstractContextManager[Stands]]


def orthanc(
    *, tls: bool = False, certificate: bool = False, friend: bool = True, **settings: object
) -> Server:
    """Orthanc with these settings beside what every test needs."""

    @contextlib.contextmanager
    def start(bench: Bench, folder: Path) -> Iterator[Stands]:
        port, listens = free_port(), free_port()
        fixed = {
            "DicomPort": port,
            "DicomAet": TITLE,
            "HttpServerEnabled": False,
            "StorageDirectory": str(folder / "db"),
            "DicomAssociationCloseDelay": 0,
            "DicomTlsEnabled": tls,
            "DicomTlsCertificate": str(bench.own.certificate),
            "DicomTlsPrivateKey": str(bench.own.key),
            "DicomTlsTrustedCertificates": str(bench.bundle),
            "DicomTlsRemoteCertificateRequired": certificate,
        }
        if friend:
            fixed["DicomModalities"] = {"us": {"AET": FRIEND, "Host": HERE, "Port": listens}}
        (folder / "orthanc.json").write_text(json.dumps({**fixed, **settings}))
        with _running(port, folder, find_program("Orthanc"), folder / "orthanc.json"):
            yield Stands(port, tls, certificate, listens=listens if friend else None)

    return start


def dcmqrscp(peers: str) -> Server:
    """DCMTK's dcmqrscp; ``peers``: who may call, ``ANY`` or the title of an entry."""

    @contextlib.contextmanager
    def start(_bench: Bench, folder: Path) -> Iterator[Stands]:
        port, listens = free_port(), free_port()
        (folder / "db").mkdir()
        (folder / "qr.cfg").write_text(
            f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
            f"HostTable BEGIN\nus = ({FRIEND}, localhost, {listens})\nHostTable END\n"
            "VendorTable BEGIN\nVendorTable END\n"
            f"AETable BEGIN\n{TITLE} {folder}/db RW (200, 1024mb) {peers}\nAETable END\n"
        )
        with _running(port, folder, find_program("dcmqrscp"), "-c", folder / "qr.cfg"):
            yield Stands(port, listens=listens)

    return start


def storescp(*options: str, tls: bool = False, certificate: bool = False) -> Server:
    """DCMTK's storescp, which takes images and knows nothing else."""

    @contextlib.contextmanager
    def start(bench: Bench, folder: Path) -> Iterator[Stands]:
        port = free_port()
        (folder / "files").mkdir()
        words = ["-od", folder / "files", *options]
        if tls:
            words += ["+tls", bench.own.key, bench.own.certificate, "+cf", bench.bundle]
        with _running(port, folder, find_program("storescp"), *words, port):
            yield Stands(port, tls, certificate)

    return start


def stunnel(*lines: str, certificate: bool = False, behind: Server | None = None) -> Server:
    """stunnel4 before an archive that knows no TLS: what clinics do with old ones."""

    @contextlib.contextmanager
    def start(bench: Bench, folder: Path) -> Iterator[Stands]:
        port = free_port()
        (inner := folder / "inner").mkdir()
        with (behind or dcmqrscp("ANY"))(bench, inner) as archive:
            verify = [f"CAfile = {bench.bundle}", "verifyChain = yes"] if certificate else []
            (folder / "stunnel.conf").write_text(
                "\n".join(
                    [
                        *("foreground = yes", "pid =", "[pacs]"),
                        f"accept = {HERE}:{port}",
                        f"connect = {HERE}:{archive.port}",
                        f"cert = {bench.own.certificate}",
                        f"key = {bench.own.key}",
                        *verify,
                        *lines,
                        "",
                    ]
                )
            )
            with _running(port, folder, find_program("stunnel4"), folder / "stunnel.conf"):
                yield Stands(port, tls=True, certificate=certificate)

    return start


def talking(answer: bytes | None) -> Server:
    """A port that answers everybody the same; None: it accepts and never says a word."""

    @contextlib.contextmanager
    def start(_bench: Bench, _folder: Path) -> Iterator[Stands]:
        listening = socket.create_server((HERE, 0))
        held: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = listening.accept()
                    held.append(caller)
                    if answer is not None:
                        with contextlib.suppress(OSError):
                            caller.recv(4096)
                            caller.sendall(answer)
                            caller.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Stands(listening.getsockname()[1], fill=False, talks=False)
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join()
            for caller in held:
                caller.close()

    return start


@contextlib.contextmanager
def closed(_bench: Bench, _folder: Path) -> Iterator[Stands]:
    """A port where nobody listens."""
    yield Stands(free_port(), fill=False, talks=False)


@contextlib.contextmanager
def _running(port: int, folder: Path, *command: object) -> Iterator[None]:
    with process(*map(str, command), log=folder / "log", cwd=folder):
        until(lambda: answers(port), f"{command[0]}")
        yield


def friend_of(bench: Bench, stands: Stands) -> Target:
    """The archive as its friend meets it."""
    shows = stands.certificate
    return Target(
        Door(HERE, stands.port, stands.tls, retired=stands.tls),
        TITLE,
        FRIEND,
        certificate=bench.friend.certificate if shows else None,
        key=bench.friend.key if shows else None,
    )


def fill(bench: Bench, stands: Stands) -> None:
    """Put one image of one patient into it."""
    made = Marked().new()
    made.ds.PatientID, made.ds.PatientName = "SYN-1", "Muster^Anna"
    with friend_of(bench, stands).converse(storage=[CT]) as talk:
        assert talk.store_bytes(made.part_10) == SUCCESS, talk.evidence
