"""Our own SCU before a rogue archive: with all its checks, and without one of them.

With all of them it must refuse every face but the good one; without one, the table shows what that
check alone had kept out. Nothing else of the lab ever calls without its checks.
"""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lab.raw_messages import associate_rq
from lab.rogue.faces import Face
from lab.sop_classes import VERIFICATION

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""
UNSUITABLE_PURPOSE = 26
"""X509_V_ERR_INVALID_PURPOSE."""
DEADLINE = 5.0
REQUEST = associate_rq(b"ROGUE", b"MODALITY", VERIFICATION)


class Check(StrEnum):
    """What a caller looks at before it believes an archive."""

    CHAIN = "chain"
    """That a CA it trusts has signed. Without a chain revocation proves nothing either."""
    NAME = "name"
    DATES = "dates"
    KEY_USAGE = "key usage"
    REVOCATION = "revocation"
    STRENGTH = "strength"
    """Versions, suites, keys and signatures that are not weak."""
    FRESHNESS = "freshness"
    """That it looks each time: who takes a session of earlier up again is shown nothing to look
    at."""


@dataclass(frozen=True)
class Trust:
    """What our SCU goes by."""

    root: Path
    crl: Path
    name: str
    """That the archive's certificate must carry."""


def goes_on(
    face: Face,
    address: tuple[str, int],
    trust: Trust,
    without: Check | None,
    *,
    known: bool = False,
) -> bool:
    """Whether our SCU, called to this address, gets as far as its A-ASSOCIATE-RQ.

    ``known``: it was there before, when nobody had revoked anything yet.
    """
    context = _context(face, trust, without)
    try:
        earlier = _session(context, address, trust.name) if known else None
        if not (without is Check.REVOCATION or _believes_all(face, without)):
            context.load_verify_locations(trust.crl)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return _call(context, address, trust.name, earlier if without is Check.FRESHNESS else None)
    except ssl.SSLCertVerificationError as error:
        if without is not Check.KEY_USAGE or error.verify_code != UNSUITABLE_PURPOSE:
            return False
        # OpenSSL has no switch for it: who does not look at the usage goes on from here
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return _call(context, address, trust.name)
    except OSError:
        return False


def _believes_all(face: Face, without: Check | None) -> bool:
    return without is Check.CHAIN and face.shown is not None


def _call(
    context: ssl.SSLContext,
    address: tuple[str, int],
    name: str,
    session: ssl.SSLSession | None = None,
) -> bool:
    with (
        socket.create_connection(address, DEADLINE) as sock,
        context.wrap_socket(sock, server_hostname=name, session=session) as wrapped,
    ):
        wrapped.sendall(REQUEST)
        return bool(wrapped.recv(1))


def _session(context: ssl.SSLContext, address: tuple[str, int], name: str) -> ssl.SSLSession | None:
    with (
        socket.create_connection(address, DEADLINE) as sock,
        context.wrap_socket(sock, server_hostname=name) as wrapped,
    ):
        wrapped.sendall(REQUEST)
        wrapped.recv(1)  # tickets of TLS 1.3 come before it
        return wrapped.session


def _context(face: Face, trust: Trust, without: Check | None) -> ssl.SSLContext:
    """With all checks but this one; revocation is to be added."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    context.load_verify_locations(trust.root)
    if without is Check.STRENGTH:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:eNULL:@SECLEVEL=0")
    if without is Check.DATES:
        context.verify_flags |= NO_CHECK_TIME
    if without is Check.NAME:
        context.check_hostname = False
    if _believes_all(face, without):
        context.load_verify_locations(face.shown)  # whatever it is, it is believed
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


COLUMNS: Sequence[Check | None] = (None, *Check)
