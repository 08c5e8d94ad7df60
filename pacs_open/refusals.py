"""The ways to say no, each carrying the wire's own words.

A refusal has a code, which goes to the peer, and a ``why``, which goes to the audit log and
never to the peer. A refusal is deliberate; faults are in :mod:`pacs_open.errors`.
"""

from dataclasses import dataclass


@dataclass(unsafe_hash=True)
class Refusal(Exception):  # noqa: N818 - a refusal is a decision, not an error
    """A deliberate no. ``why`` is for our own log only."""

    why: str


@dataclass(unsafe_hash=True)
class ConnectionDropped(Refusal):
    """The network connection is closed without a word."""


@dataclass(unsafe_hash=True)
class AssociationRejected(Refusal):
    """An A-ASSOCIATE-RJ: result, source and reason of PS3.8 9.3.4, Table 9-21."""

    result: int
    source: int
    reason: int


@dataclass(unsafe_hash=True)
class ContextRejected(Refusal):
    """One presentation context is not accepted (PS3.8 9.3.3.2; 1 is user-rejection)."""

    result: int = 1


@dataclass(unsafe_hash=True)
class DimseRefused(Refusal):
    """A DIMSE status other than success (PS3.7 Annex C), with an optional Error Comment.

    ``comment`` goes to the peer as (0000,0902), at most 64 characters of the default repertoire,
    ``offending`` as (0000,0901): the tags in which the fault was found.
    """

    status: int
    comment: str = ""
    offending: tuple[int, ...] = ()


def called_ae_not_recognized(why: str) -> AssociationRejected:
    """Rejected-permanent, service-user, called-AE-title-not-recognized (1,1,7)."""
    return AssociationRejected(why, 1, 1, 7)


def calling_ae_not_recognized(why: str) -> AssociationRejected:
    """Rejected-permanent, service-user, calling-AE-title-not-recognized (1,1,3)."""
    return AssociationRejected(why, 1, 1, 3)


def no_reason_given(why: str) -> AssociationRejected:
    """Rejected-permanent, service-user, no-reason-given (1,1,1)."""
    return AssociationRejected(why, 1, 1, 1)


def user_not_authenticated(why: str) -> AssociationRejected:
    """Rejected-permanent, service-provider (ACSE), no-reason-given (1,2,1), PS3.7 D.3.3.7.3."""
    return AssociationRejected(why, 1, 2, 1)


def local_limit_exceeded(why: str) -> AssociationRejected:
    """Rejected-transient, service-provider (presentation), local-limit-exceeded (2,3,2)."""
    return AssociationRejected(why, 2, 3, 2)


def not_authorized(why: str) -> DimseRefused:
    """0124H Refused: Not Authorized (PS3.7 C.5)."""
    return DimseRefused(why, 0x0124, "Not authorized")


def move_destination_unknown(why: str) -> DimseRefused:
    """A801H Refused: Move Destination unknown (PS3.4 C.4.2.1.5)."""
    return DimseRefused(why, 0xA801, "Move destination unknown")
