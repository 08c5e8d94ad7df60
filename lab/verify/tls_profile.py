"""Which secure transport profile of PS3.15 Annex B an archive's TLS satisfies, from outside.

Each version and kind of suite is offered alone; what the archive takes decides. No verdict: weak
offers are questions of their own. B.13 asks for more than a connection can show.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab.client_hello import (
    NULL_SUITES,
    OLD_SUITES,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    Chosen,
    Offer,
    client_hello,
    read_reply,
)
from lab.evidence import Evidence, Layer, printable
from lab.target import Target
from lab.wire import Record

RFC_9325 = (0xC02B, 0xC02F, 0xC02C, 0xC030)
"""ECDHE with ECDSA or RSA, AES-GCM: what RFC 9325 4.2 recommends for TLS 1.2."""
BCP_195_B10 = (0x009E, 0xC02F, 0x009F, 0xC030)
"""DHE and ECDHE with RSA, AES-GCM: what the retired B.10 demands."""
MODERN = Offer(TLS_1_2, (*RFC_9325, *BCP_195_B10, 0xCCA8, 0xCCA9, 0xC023, 0xC024, 0xC027, 0xC028))
"""What Python's own client would agree to in TLS 1.2."""
OFFERS: Mapping[str, Offer] = {
    "TLS 1.0": Offer(TLS_1_0, OLD_SUITES),
    "TLS 1.1": Offer(TLS_1_1, OLD_SUITES),
    "RFC 9325": Offer(TLS_1_2, RFC_9325),
    "DHE": Offer(TLS_1_2, (0x009E, 0x009F)),
    "3DES": Offer(TLS_1_0, (0x000A,)),
    "AES-CBC": Offer(TLS_1_0, (0x002F,)),
    "static RSA": Offer(TLS_1_2, (0x009C, 0x009D, 0x002F, 0x0035)),
    "NULL": Offer(TLS_1_2, NULL_SUITES),
}


@dataclass(frozen=True)
class Taken:
    """What the archive takes when it is offered alone."""

    offers: frozenset[str]
    tls_1_3: bool = False


def profile(taken: Taken) -> str:
    """The profile in words (PS3.15 B.1 to B.13)."""
    old = sorted(taken.offers & {"TLS 1.0", "TLS 1.1"})
    weak = sorted(taken.offers & {"static RSA", "NULL"})
    if not taken.offers and not taken.tls_1_3:
        return "no profile of PS3.15 can be told: no offer of ours was taken"
    if "RFC 9325" not in taken.offers:
        return _without_modern_suites(taken)
    if old:
        return f"not B.12: it takes {' and '.join(old)}, as the retired profile B.9 allowed"
    if "NULL" in weak:
        return "not B.12: it takes a cipher suite without encryption"
    but = f"; but it takes {' and '.join(weak)}, which RFC 9325 advises against" if weak else ""
    return (
        f"satisfies B.12 (BCP 195, RFC 8996 and RFC 9325) as far as a connection shows{but}; "
        "whether B.13 is satisfied cannot be told from outside: it demands sets of suites and "
        "key lengths of all that is configured"
    )


def _without_modern_suites(taken: Taken) -> str:
    if taken.tls_1_3 and not taken.offers:
        return "not B.12: TLS 1.3 alone, and B.12 demands that TLS 1.2 is supported as well"
    if "AES-CBC" in taken.offers:
        return "only the retired profile B.3 (AES TLS) or older: TLS 1.0 with AES-CBC"
    if "3DES" in taken.offers:
        return "only the retired profile B.1 (Basic TLS): TLS 1.0 with 3DES"
    if "DHE" in taken.offers:
        return "not B.12: of its TLS 1.2 suites it takes DHE alone, as the retired B.10 knew it"
    return "not B.12: it takes none of the suites of RFC 9325 in TLS 1.2"


def look(target: Target) -> list[Evidence]:
    """Ask; information for the report: versions, profile and certificate."""
    taken = Taken(
        frozenset(name for name, offer in OFFERS.items() if takes(target, offer)),
        tls_1_3=_speaks_1_3(target),
    )
    names = sorted(taken.offers) + (["TLS 1.3"] if taken.tls_1_3 else [])
    said = [
        Evidence(Layer.TLS, f"TLS profile (PS3.15 Annex B): {profile(taken)}", "profile"),
        Evidence(Layer.TLS, f"offers taken, each alone: {', '.join(names) or 'none'}"),
    ]
    certificate = _certificate(target)
    return said + ([certificate] if certificate else [])


def takes(target: Target, offer: Offer) -> bool:
    """Whether the archive would go on with one offer."""
    try:
        with target.in_plaintext().connect(Record()) as sock:
            sock.sendall(client_hello(offer))
            reply = read_reply(_exactly(sock))
    except OSError:
        return False
    return isinstance(reply, Chosen) and reply.suite in offer.suites


def _exactly(sock: socket.socket) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        got = b""
        while len(got) < size and (piece := sock.recv(size - len(got))):
            got += piece
        return got

    return read


def _open(target: Target, version: ssl.TLSVersion | None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version is not None:
        context.minimum_version = version
    return context.wrap_socket(target.in_plaintext().connect(Record()))


def _speaks_1_3(target: Target) -> bool:
    try:
        with _open(target, ssl.TLSVersion.TLSv1_3) as sock:
            return sock.version() == "TLSv1.3"
    except OSError:
        return False


def _certificate(target: Target) -> Evidence | None:
    """What the archive's certificate says: a stranger reads it without being let in."""
    try:
        with _open(target, None) as sock:
            der = sock.getpeercert(binary_form=True)
        found = x509.load_der_x509_certificate(der or b"")
        text = (
            f"certificate of {printable(found.subject.rfc4514_string())}, issued by "
            f"{printable(found.issuer.rfc4514_string())}, {_key(found)}, "
            f"until {found.not_valid_after_utc.date()}"
        )
    except (OSError, ValueError):
        return None
    return Evidence(Layer.TLS, text, "certificate")


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        kind = "RSA" if isinstance(key, rsa.RSAPublicKey) else "EC"
        return f"{kind} {key.key_size} bit"
    return type(key).__name__
