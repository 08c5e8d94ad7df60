"""A TLS ClientHello of our own: it asks what Python's ``ssl`` cannot offer, and reads the answer.

Nothing is negotiated to its end: a ServerHello that takes the offer, or an alert that refuses it,
is all that is read (RFC 8446 4.1, RFC 5246 7.4.1, RFC 6101 5.6.1). No socket is imported.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HANDSHAKE, ALERT = 22, 21
CLIENT_HELLO, SERVER_HELLO = 1, 2
SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2 = 0x0300, 0x0301, 0x0302, 0x0303
VERSIONS = {SSL_3_0: "SSL 3.0", TLS_1_0: "TLS 1.0", TLS_1_1: "TLS 1.1", TLS_1_2: "TLS 1.2"}
RENEGOTIATION_INFO = 0x00FF
"""Not a suite, but taken as one: we know RFC 5746, without which some servers refuse."""
GROUPS = (0x001D, 0x0017, 0x0018)
"""x25519, secp256r1, secp384r1."""
SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0203, 0x0201)
"""ECDSA, RSA-PSS and RSA over SHA-256 and SHA-384, then over SHA-1, which the old need."""
SUPPORTED_GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS = 10, 11, 13
OLD_SUITES = (0xC014, 0xC013, 0xC00A, 0xC009, 0x0039, 0x0033, 0x0035, 0x002F, 0x000A, 0x0005)
"""What versions before 1.2 have: ECDHE, DHE and RSA with AES-CBC, 3DES, RC4."""
NULL_SUITES = (0x003B, 0x0002, 0x0001, 0xC010, 0xC006)
"""RSA_WITH_NULL_SHA256, _SHA, _MD5; ECDHE_RSA and ECDHE_ECDSA_WITH_NULL_SHA."""
ANONYMOUS_SUITES = (0x00A7, 0x00A6, 0x006D, 0x006C, 0x003A, 0x0034, 0xC019, 0xC018, 0xC017, 0x0018)
"""DH_anon with AES-GCM and AES-CBC; ECDH_anon; DH_anon_WITH_RC4."""
STATIC_RSA_SUITES = (0x009D, 0x009C, 0xC09D, 0xC09C, 0x003D, 0x003C, 0x0035, 0x002F, 0x0041)
"""RSA with AES-GCM, AES-CCM, AES-CBC, Camellia."""
WEAK_SUITES = (
    0xC012,
    0xC008,
    0x0016,
    0x000A,
    0xC011,
    0xC007,
    0x0005,
    0x0004,
    0x0015,
    0x0009,
    0x0003,
    0x0006,
    0x0008,
)
"""3DES, RC4, DES and export suites, each with ECDHE, DHE and RSA where there are such."""
LONGEST_RECORD = 1 << 14


@dataclass(frozen=True)
class Offer:
    """One version, and the cipher suites of one kind."""

    version: int
    suites: tuple[int, ...]


def client_hello(offer: Offer) -> bytes:
    """One record with the ClientHello, to be sent as it is."""
    suites = b"".join(_u16(suite) for suite in (*offer.suites, RENEGOTIATION_INFO))
    body = _u16(offer.version) + secrets.token_bytes(32) + b"\x00"  # no session to resume
    body += _sized(suites, 2) + _sized(b"\x00", 1)  # null compression only
    if offer.version > SSL_3_0:
        body += _sized(b"".join(_extensions(offer.version)), 2)
    message = bytes([CLIENT_HELLO]) + _sized(body, 3)
    return bytes([HANDSHAKE]) + _u16(min(offer.version, TLS_1_0)) + _sized(message, 2)


def _extensions(version: int) -> Sequence[bytes]:
    groups = _sized(b"".join(map(_u16, GROUPS)), 2)
    found = [(SUPPORTED_GROUPS, groups), (POINT_FORMATS, _sized(b"\x00", 1))]
    if version >= TLS_1_2:
        found.append((SIGNATURE_ALGORITHMS, _sized(b"".join(map(_u16, SIGNATURES)), 2)))
    return [_u16(kind) + _sized(content, 2) for kind, content in found]


def _u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _sized(content: bytes, width: int) -> bytes:
    return len(content).to_bytes(width, "big") + content


@dataclass(frozen=True)
class Chosen:
    """What a ServerHello chose."""

    version: int
    suite: int


@dataclass(frozen=True)
class Refused:
    """An alert, by its number (RFC 8446 6)."""

    description: int


@dataclass(frozen=True)
class NoTls:
    """The answer is no TLS at all; its first bytes."""

    begins: bytes


@dataclass(frozen=True)
class Nothing:
    """The connection ended without an answer."""


Reply = Chosen | Refused | NoTls | Nothing


def read_reply(read: Callable[[int], bytes]) -> Reply:
    """Read the first record of the answer.

    ``read`` gives exactly as many bytes as asked for, fewer at the end of the connection only.
    """
    header = read(5)
    if len(header) < 5:  # noqa: PLR2004 - a record's header
        return NoTls(header) if header else Nothing()
    kind, length = header[0], int.from_bytes(header[3:5], "big")
    if kind not in {HANDSHAKE, ALERT} or header[1] != 3 or length > LONGEST_RECORD:  # noqa: PLR2004
        return NoTls(header)
    body = read(min(length, 256))  # a ServerHello's fixed part is far shorter
    if kind == ALERT:
        return Refused(body[1]) if len(body) > 1 else Nothing()
    return _server_hello(body)


def _server_hello(body: bytes) -> Reply:
    """Version and suite (RFC 5246 7.4.1.3): type, length, version, random, session id, suite."""
    session = 4 + 2 + 32
    if len(body) <= session or body[0] != SERVER_HELLO:
        return NoTls(body[:5])
    suite = session + 1 + body[session]
    if len(body) < suite + 2:
        return NoTls(body[:5])
    return Chosen(int.from_bytes(body[4:6], "big"), int.from_bytes(body[suite : suite + 2], "big"))
