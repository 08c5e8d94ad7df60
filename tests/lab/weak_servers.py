"""TLS servers that take what nobody should: the other side of the probes about versions and suites."""

import contextlib
import socket
import ssl
import threading
import warnings
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.certificates import begin, pem, subject
from lab.key_files import write_key


def context(folder, identity, *, version=None, ciphers="ALL", is_rsa=False):
    """A context that takes one weak thing."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # on purpose
        made.maximum_version = ssl.TLSVersion[version] if version else ssl.TLSVersion.TLSv1_2
    certificate, key = identity.certificate, identity.key
    if is_rsa:
        certificate, key = _rsa(folder)
    made.load_cert_chain(certificate, key)
    return made


def _rsa(folder):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.now(UTC)
    validity = (now, now + timedelta(hours=1))
    made = begin(subject("weak"), key.public_key(), validity).sign(key, hashes.SHA256())
    assert isinstance(made, x509.Certificate)
    write_key(folder / "key.pem", key)
    (folder / "certificate.pem").write_bytes(pem(made))
    return folder / "certificate.pem", folder / "key.pem"


@contextlib.contextmanager
def serving(handle):
    """Give each connection to ``handle``, one after the other; where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                sock.settimeout(5)
                with contextlib.suppress(OSError), sock:
                    handle(sock)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def shake(made):
    """A handler that shakes hands as far as the other side goes along."""

    def handle(sock):
        made.wrap_socket(sock, server_side=True).close()

    return handle


def answer(reply):
    """A handler that reads something and says this."""

    def handle(sock):
        sock.recv(4096)
        sock.sendall(reply)

    return handle


def server_hello(version, suite):
    """A record with a ServerHello, from hex version and suite."""
    body = bytes.fromhex(version) + bytes(32) + b"\x00" + bytes.fromhex(suite) + b"\x00"
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16" + bytes.fromhex(version) + len(message).to_bytes(2, "big") + message
