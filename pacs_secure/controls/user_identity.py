"""A person says who they are, and proves it.

Why it matters: a certificate proves a device. At a workstation sit many people, and the trail
of an incident that ends at "the workstation" ends nowhere. The Standard has a place for the
person's name in the A-ASSOCIATE-RQ since 2005, and most archives do not look at it.

What it demands: every association brings a user identity (PS3.7 D.3.3.7), except those of the
titles in ``exempt`` (modalities cannot). Believed are a username with its passcode (type 2)
that stands in ``passcodes``, and a JSON Web Token (type 5) of ``token.issuer``, for
``token.audience``, signed with ``token.algorithm`` and no other, and not expired. A mere
username (type 1) proves nothing; Kerberos and SAML (3, 4) are not supported. Outside TLS no
passcode is looked at. All else: rejected, permanent, (1,2,1), as D.3.3.7.3 has it. A positive
response is given where it is asked for, and the audit trail names the user.

What it cannot do: notice that a passcode was told, or a token copied before it expires; demand
a second factor; or bind a user to a device. Passcodes are slow to try (scrypt);
``refusal_budget`` makes trying slower.

How to set it (without these only ``exempt`` titles are admitted)::

    [controls.user_identity]
    exempt = ["MODALITY"]
    passcodes = "users/passcodes"    # mode 0600, see python -m pacs_secure.passcodes

    [controls.user_identity.token]
    key = "users/issuer.pem"         # its public key
    algorithm = "ES256"              # or RS256, PS256, EdDSA
    issuer = "https://login.clinic.internal"
    audience = "PACS-SECURE"
    leeway = 0
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from pacs_open import values
from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import Ledger
from pacs_open.refusals import AssociationRejected, user_not_authenticated
from pacs_open.values import AssociationRequest, Identified
from pacs_secure import tokens
from pacs_secure.passcodes import Passcodes
from pacs_secure.passcodes import load as load_passcodes
from pacs_secure.settings import AETitle, OperatorPath

PASSCODE, TOKEN = 2, 5
"""User identity types (PS3.7 Table D.3-14)."""
LONGEST_NAME = 64


class Token(BaseModel):
    """Whose tokens are believed: the table ``[controls.user_identity.token]``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: OperatorPath
    """PEM file with the issuer's public key."""
    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    algorithm: tokens.Algorithm = "ES256"
    leeway: float = Field(default=0.0, ge=0, le=300)
    """Seconds by which the clocks may differ."""


class UserIdentity(Control):
    """A user identity that holds, except of devices that cannot give one."""

    name: ClassVar[str] = "user_identity"
    standard: ClassVar[tuple[str, ...]] = ("PS3.7 D.3.3.7", "PS3.15 B.5", "RFC 8725")
    needs: ClassVar[tuple[str, ...]] = ("tls",)
    stops: ClassVar[tuple[str, ...]] = (
        "unknown_calling_ae",
        "calling_title_case",
        "no_user_identity",
        "username_without_proof",
        "wrong_passcode",
        "forged_token",
        "unsigned_token",
        "confused_token",
        "expired_token",
        "foreign_token",
    )

    exempt: frozenset[AETitle] = frozenset()
    """Calling AE titles that come without a user."""
    passcodes: OperatorPath | None = None
    """File of users and the hashes of their passcodes."""
    token: Token | None = None

    # Not settings and not counted: what `secure` read last.
    _passcodes: Passcodes | None = PrivateAttr(default=None)
    _issuer: tokens.Issuer | None = PrivateAttr(default=None)

    def secure(self, door: Door) -> None:
        """Load the passcodes and the issuer's key; a reload finds new ones."""
        try:
            known = load_passcodes(self.passcodes) if self.passcodes is not None else None
            issuer = _issuer_of(self.token) if self.token is not None else None
        except ConfigurationError as error:
            raise ConfigurationError(f"controls.user_identity: {error}") from error
        self._passcodes, self._issuer = known, issuer

    def admit(self, request: AssociationRequest, ledger: Ledger) -> Sequence[Identified]:
        """Reject with (1,2,1) who must say who they are and cannot; else the user's name."""
        if request.calling_ae_title in self.exempt:
            return ()
        said = request.user_identity
        if said is None:
            raise user_not_authenticated("no user identity")
        if request.peer.tls_version is None:
            raise user_not_authenticated("a user identity outside TLS")
        if said.kind == PASSCODE:
            name, response = self._user_of_passcode(said), b""
        elif said.kind == TOKEN:
            name, response = self._user_of_token(said), said.primary
        else:
            raise user_not_authenticated(f"user identity type {said.kind}")
        return (Identified(name, response if said.positive_response_requested else None),)

    def _user_of_passcode(self, said: values.UserIdentity) -> str:
        name = said.primary.decode("utf-8", "replace")
        known = self._passcodes
        if known is None or len(name) > LONGEST_NAME or not known.are_right(name, said.secondary):
            raise user_not_authenticated("username and passcode do not fit")
        return name

    def _user_of_token(self, said: values.UserIdentity) -> str:
        if self._issuer is None:
            raise user_not_authenticated("no issuer of tokens is known")
        try:
            return self._issuer.subject(said.primary)
        except tokens.NotBelievedError as error:
            raise _not_believed(error) from error


def _issuer_of(table: Token) -> tokens.Issuer:
    key = tokens.load_key(table.key, table.algorithm)
    return tokens.Issuer(key, table.algorithm, table.issuer, table.audience, table.leeway)


def _not_believed(error: tokens.NotBelievedError) -> AssociationRejected:
    return user_not_authenticated(f"token {error}")
