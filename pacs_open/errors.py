"""Faults of ours or of the operator: never a deliberate no (that is a refusal).

A fault at start ends the program with one line and exit code 2; a fault at run time is
answered to the peer with the DIMSE status that fits, and nothing acknowledged is lost.
"""


class PacsError(Exception):
    """Anything that went wrong on our side; the message is one line for a person."""


class ConfigurationError(PacsError):
    """The configuration cannot be obeyed: says where (file, table, key), why, and what to do."""


class ArchiveError(PacsError):
    """The archive on disk cannot do what was asked."""


class ArchiveUnwritableError(ArchiveError):
    """The disk takes nothing: read-only, broken, gone (answered A700H)."""


class ArchiveFullError(ArchiveUnwritableError):
    """No room to store (answered A700H Refused: Out of Resources, PS3.4 B.2.3)."""


class IndexUnavailableError(ArchiveError):
    """The catalogue cannot be reached or is locked (answered A700H)."""


class IndexAwayError(IndexUnavailableError):
    """The whole catalogue does not answer: to ask it for the next instance is of no use."""


class CommitInDoubtError(IndexAwayError):
    """The catalogue went away while it committed: whether it did is known when it is back."""


class IndexBehindError(IndexUnavailableError):
    """The catalogue has lost what it knew of a segment: another one took its place, or a copy."""


class DamagedRecordError(ArchiveError):
    """A record in the log does not match its checksum; its neighbours are untouched."""


class ProtocolError(PacsError):
    """The peer broke the upper layer or DIMSE protocol (PS3.8, PS3.7): the association is aborted.

    ``provider_reason`` is the A-ABORT reason of PS3.8 9.3.8 (0, 1, 2, 4, 5 or 6).
    """

    def __init__(self, message: str, provider_reason: int = 0) -> None:
        super().__init__(message)
        self.provider_reason = provider_reason


class DeadlineError(PacsError):
    """The peer stayed silent, or dribbled, beyond a deadline."""


class ConnectionLostError(PacsError):
    """The network connection broke or was closed without a word."""


class UnobservedError(ConnectionLostError):
    """An answer could not be observed (an audit that cannot be written): the association ends.

    A kind of lost connection, because whoever works on the association stops in the same way.
    """


class PeerAbortedError(PacsError):
    """The peer sent an A-ABORT (PS3.8 9.3.8)."""

    def __init__(self, source: int, reason: int) -> None:
        super().__init__(f"aborted by the peer (source {source}, reason {reason})")
        self.source = source
        self.reason = reason


class AssociationRefusedError(PacsError):
    """The peer answered our A-ASSOCIATE-RQ with an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""

    def __init__(self, result: int, source: int, reason: int) -> None:
        super().__init__(f"association rejected ({result}, {source}, {reason})")
        self.rejection = (result, source, reason)
