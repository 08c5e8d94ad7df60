"""What the wire showed, in the words of the Standard: pure values, no sockets.

Evidence is what a probe brings back beside its answer. Text that came from a peer is escaped
where it enters (:func:`printable`), so that every log and page may show it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum


class Layer(StrEnum):
    """Where on the wire something was seen."""

    TCP = "tcp"
    TLS = "tls"
    ASSOCIATION = "association"
    DIMSE = "dimse"
    DATA = "data"
    """What was, or was not, delivered: records, images, bytes that a relay recorded."""
    LAB = "lab"
    """Something about ourselves: a fault of the lab, or what it lacked."""


@dataclass(frozen=True)
class Evidence:
    """One thing seen. ``code`` is its short form for programs, "" where it has none.

    Codes: ``refused``, ``timeout``, ``closed``, ``reset`` (TCP); ``alert 116`` (TLS); ``rj 1/1/7``
    and ``abort 2/0`` (association); ``context 3`` (a presentation context's result);
    ``0124H`` (DIMSE).
    """

    layer: Layer
    text: str
    code: str = ""


class Cause(Enum):
    """What a refusal may name as its cause, by the codes of evidence."""

    CALLING_AE_TITLE = re.compile(r"rj \d/1/3")
    CALLED_AE_TITLE = re.compile(r"rj \d/1/7")
    CERTIFICATE = re.compile(r"alert (4[1-9]|116)")
    """TLS alerts no_certificate to access_denied, and certificate_required."""
    RIGHTS = re.compile(r"0124H|A801H")
    OFFER = re.compile(r"alert (40|70|71)")
    """handshake_failure, protocol_version, insufficient_security: for one offer of TLS alone."""
    PLAINTEXT = re.compile(r"tls only")
    """Our plaintext was answered with TLS: for the question about plaintext only."""


WHO_OR_WHAT = frozenset(Cause) - {Cause.PLAINTEXT, Cause.OFFER}
"""Refused for who we are or what we asked."""
NOT_FOR_THE_TITLE_CALLED = WHO_OR_WHAT - {Cause.CALLED_AE_TITLE}
"""The same where we meant to call the right title, which is no secret: not to have known it
proves nothing."""


def names_the_cause(evidence: Sequence[Evidence], causes: Iterable[Cause] = WHO_OR_WHAT) -> bool:
    """Whether the wire itself said that one of these was why we were refused."""
    return any(cause.value.fullmatch(seen.code) for seen in evidence for cause in causes)


def printable(text: str, longest: int = 64) -> str:
    """Text from a peer, safe to show: control and non-ASCII characters escaped, cut if long."""
    escaped = text.encode("unicode_escape").decode("ascii")
    return escaped if len(escaped) <= longest else escaped[: longest - 3] + "..."


RESULTS = {1: "rejected-permanent", 2: "rejected-transient"}
SOURCES = {
    1: "DICOM UL service-user",
    2: "DICOM UL service-provider (ACSE)",
    3: "DICOM UL service-provider (presentation)",
}
REASONS = {
    (1, 1): "no-reason-given",
    (1, 2): "application-context-name-not-supported",
    (1, 3): "calling-AE-title-not-recognized",
    (1, 7): "called-AE-title-not-recognized",
    (2, 1): "no-reason-given",
    (2, 2): "protocol-version-not-supported",
    (3, 1): "temporary-congestion",
    (3, 2): "local-limit-exceeded",
}


def rejected(result: int, source: int, reason: int) -> Evidence:
    """Put an A-ASSOCIATE-RJ in words (PS3.8 9.3.4, Table 9-21)."""
    text = (
        f"A-ASSOCIATE-RJ: result {result} ({RESULTS.get(result, 'reserved')}), "
        f"source {source} ({SOURCES.get(source, 'reserved')}), "
        f"reason {reason} ({REASONS.get((source, reason), 'reserved')})"
    )
    return Evidence(Layer.ASSOCIATION, text, f"rj {result}/{source}/{reason}")


ABORT_SOURCES = {0: "DICOM UL service-user", 2: "DICOM UL service-provider"}
ABORT_REASONS = {
    0: "reason-not-specified",
    1: "unrecognized-PDU",
    2: "unexpected-PDU",
    4: "unrecognized-PDU-parameter",
    5: "unexpected-PDU-parameter",
    6: "invalid-PDU-parameter-value",
}


def aborted(source: int, reason: int) -> Evidence:
    """Put an A-ABORT in words (PS3.8 9.3.8, Table 9-26)."""
    text = f"A-ABORT: source {source} ({ABORT_SOURCES.get(source, 'reserved')})"
    if source == 2:  # noqa: PLR2004 - the reason means something for the provider only
        text += f", reason {reason} ({ABORT_REASONS.get(reason, 'reserved')})"
    return Evidence(Layer.ASSOCIATION, text, f"abort {source}/{reason}")


CONTEXT_RESULTS = {
    0: "acceptance",
    1: "user-rejection",
    2: "no-reason (provider rejection)",
    3: "abstract-syntax-not-supported (provider rejection)",
    4: "transfer-syntaxes-not-supported (provider rejection)",
}


def context_refused(name: str, result: int | None) -> Evidence:
    """Put the result of a presentation context in words (PS3.8 9.3.3.2, Table 9-18)."""
    words = (
        "no answer" if result is None else f"{result} ({CONTEXT_RESULTS.get(result, 'reserved')})"
    )
    code = "" if result is None else f"context {result}"
    return Evidence(Layer.ASSOCIATION, f"presentation context {name}: result {words}", code)


STATUSES = {
    0x0000: "Success",
    0x0105: "No Such Attribute",
    0x0106: "Invalid Attribute Value",
    0x0110: "Processing Failure",
    0x0111: "Duplicate SOP Instance",
    0x0112: "No Such SOP Instance",
    0x0117: "Invalid SOP Instance",
    0x0118: "No Such SOP Class",
    0x0122: "Refused: SOP Class Not Supported",
    0x0124: "Refused: Not Authorized",
    0x0210: "Duplicate Invocation",
    0x0211: "Unrecognized Operation",
    0x0212: "Mistyped Argument",
    0xA801: "Refused: Move Destination unknown",
    0xB000: "Warning: Coercion of Data Elements, or sub-operations with failures",
    0xB006: "Warning: Elements Discarded",
    0xB007: "Warning: Data Set does not match SOP Class",
    0xFE00: "Cancel",
    0xFF00: "Pending",
    0xFF01: "Pending, with a warning on optional keys",
}
STATUS_FAMILIES = (
    (0xA700, 0xA7FF, "Refused: Out of Resources"),
    (0xA900, 0xA9FF, "Error: Data Set or Identifier does not match SOP Class"),
    (0xB000, 0xBFFF, "Warning"),
    (0xC000, 0xCFFF, "Error: Cannot understand or unable to process"),
)


def status_words(status: int) -> str:
    """Name of a DIMSE status (PS3.7 Annex C, PS3.4 B.2.3 and C.4)."""
    if status in STATUSES:
        return STATUSES[status]
    for lowest, highest, words in STATUS_FAMILIES:
        if lowest <= status <= highest:
            return words
    return "unknown status"


def answered(service: str, status: int, comment: str = "") -> Evidence:
    """Put the final DIMSE status of a service, with the peer's Error Comment, in words."""
    text = f"{service}: {status:04X}H ({status_words(status)})"
    if comment:
        text += f', Error Comment "{printable(comment)}"'
    return Evidence(Layer.DIMSE, text, f"{status:04X}H")


ALERTS = {
    "close_notify": 0,
    "unexpected_message": 10,
    "bad_record_mac": 20,
    "record_overflow": 22,
    "handshake_failure": 40,
    "no_certificate": 41,
    "bad_certificate": 42,
    "unsupported_certificate": 43,
    "certificate_revoked": 44,
    "certificate_expired": 45,
    "certificate_unknown": 46,
    "illegal_parameter": 47,
    "unknown_ca": 48,
    "access_denied": 49,
    "decode_error": 50,
    "decrypt_error": 51,
    "protocol_version": 70,
    "insufficient_security": 71,
    "internal_error": 80,
    "inappropriate_fallback": 86,
    "user_cancelled": 90,
    "missing_extension": 109,
    "unsupported_extension": 110,
    "unrecognized_name": 112,
    "certificate_required": 116,
    "no_application_protocol": 120,
}
"""TLS alert descriptions (RFC 8446 6 and RFC 5246 7.2)."""


def alert(openssl_reason: str) -> Evidence | None:
    """Put a TLS alert from the peer in words, from OpenSSL's reason; None if it is no alert.

    OpenSSL says for example ``TLSV13_ALERT_CERTIFICATE_REQUIRED`` or
    ``SSLV3_ALERT_BAD_CERTIFICATE``.
    """
    _, found, name = openssl_reason.lower().partition("_alert_")
    if not found or name not in ALERTS:
        return None
    return alert_number(ALERTS[name])


def alert_number(number: int) -> Evidence:
    """Put a TLS alert from the peer in words, from its number."""
    names = {value: name for name, value in ALERTS.items()}
    name = names.get(number, "unknown")
    return Evidence(Layer.TLS, f"TLS alert {name} ({number}) from the archive", f"alert {number}")
