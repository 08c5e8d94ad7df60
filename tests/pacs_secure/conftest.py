"""A clinic's small certificate authority, and values to put before controls."""

import contextlib
import datetime as dt
import ipaddress
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pacs_open.ledger import LocalLedger
from pacs_open.values import (
    AssociationRequest,
    Certificate,
    Dimse,
    Operation,
    Peer,
    PresentationContext,
)

DAY = dt.timedelta(days=1)
BOTH = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
CT = "1.2.840.10008.5.1.4.1.1.2"
PEM = serialization.Encoding.PEM


def now():
    return dt.datetime.now(dt.UTC)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Issued:
    certificate: Path
    key: Path
    der: bytes
    serial: int

    @property
    def as_certificate(self):
        return Certificate(self.der)


class Authority:
    """One self-signed CA; everything it issues lies in its folder."""

    def __init__(self, folder: Path, name: str = "clinic") -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(*(False,) * 5, True, True, False, False)
        self.certificate = (
            self._begin(
                named(name), self.key.public_key(), now() - 30 * DAY, now() + 30 * DAY, named(name)
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )
        self.trust = folder / "trust.crt"
        self.trust.write_bytes(self.certificate.public_bytes(PEM))

    def _begin(self, subject, public_key, begin, end, issuer):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def issue(self, name, *, key=None, begin=-DAY, end=DAY, usages=BOTH, key_usage=True):
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = self._begin(
            named(name), key.public_key(), now() + begin, now() + end, self.certificate.subject
        ).add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        flags = (key_usage, *(False,) * 3, not key_usage, *(False,) * 4)
        builder = builder.add_extension(x509.KeyUsage(*flags), critical=True)
        certificate = builder.sign(self.key, hashes.SHA256())
        return self.write(name, certificate, key)

    def self_made(self, name, *, ca=False, key=None):
        """A device's certificate that only itself vouches for."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = self._begin(named(name), key.public_key(), now() - DAY, now() + DAY, named(name))
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        return self.write(name, builder.sign(key, hashes.SHA256()), key)

    def write(self, name, certificate, key):
        paths = self.folder / f"{name}.crt", self.folder / f"{name}.secret"
        paths[0].write_bytes(certificate.public_bytes(PEM))
        paths[1].write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        paths[1].chmod(0o600)
        der = certificate.public_bytes(serialization.Encoding.DER)
        return Issued(*paths, der, certificate.serial_number)

    def write_crl(self, *revoked, until=DAY):
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now() - 2 * DAY)
            .next_update(now() + until)
        )
        for issued in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(issued.serial)
            builder = builder.add_revoked_certificate(entry.revocation_date(now() - DAY).build())
        path = self.folder / "revoked.crl"
        path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(PEM))
        return path


@pytest.fixture
def clinic(tmp_path):
    return Authority(tmp_path / "clinic")


@pytest.fixture
def another_clinic(tmp_path):
    return Authority(tmp_path / "another", name="another clinic")


@pytest.fixture
def rsa_key():
    def of(bits=2048):
        return rsa.generate_private_key(65537, bits)

    return of


@pytest.fixture
def make_peer():
    def make(certificate=None, *, address="127.0.0.1", serial=1, port=50000):
        return Peer(address, port, certificate=certificate, serial=serial)

    return make


@pytest.fixture
def make_request(make_peer):
    def make(calling="MODALITY", called="PACS-SECURE", *, peer=None, contexts=()):
        proposed = tuple(
            PresentationContext(2 * number + 1, uid, ("1.2.840.10008.1.2.1",))
            for number, uid in enumerate(contexts)
        )
        return AssociationRequest(peer or make_peer(), calling, called, proposed)

    return make


@pytest.fixture
def make_operation(make_request):
    def make(service=Dimse.STORE, calling="MODALITY", *, sop_class=CT, request=None, **more):
        return Operation(
            request or make_request(calling), service, sop_class, 1, "1.2.840.10008.1.2.1", **more
        )

    return make


@pytest.fixture
def no_books():
    return LocalLedger({})


@pytest.fixture
def shake_hands():
    """TLS over a real pair of sockets: what the server made of it (a socket or an error)."""
    sockets = contextlib.ExitStack()

    def serve(sock, context, outcome):
        try:
            wrapped = context.wrap_socket(sock, server_side=True)
            sockets.enter_context(wrapped)
            wrapped.sendall(b"!")  # in TLS 1.3 the session ticket goes before it
            outcome.append(wrapped)
        except OSError as error:
            sock.close()
            outcome.append(error)

    def shake(server_context, client_context, *, name="archive", session=None):
        ends, outcome = socket.socketpair(), []
        for end in ends:
            sockets.enter_context(end)
            end.settimeout(20)
        thread = threading.Thread(target=serve, args=(ends[0], server_context, outcome))
        thread.start()
        client = None
        try:
            client = client_context.wrap_socket(ends[1], server_hostname=name, session=session)
            sockets.enter_context(client)
            client.recv(1)
        except OSError as error:
            ends[1].close()
            client = client or error
        thread.join()
        return outcome[0], client

    with sockets:
        yield shake
