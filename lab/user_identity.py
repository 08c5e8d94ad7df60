"""What we say of a user in an A-ASSOCIATE-RQ (PS3.7 D.3.3.7), and where the lab keeps it.

A folder holds what one user has: ``name``, ``passcode``, ``token.jwt``, and tokens that are
wrong on purpose, which anybody may own: ``expired.jwt``, ``other_audience.jwt``,
``other_issuer.jwt``, and the issuer's public key ``issuer.pem``.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pynetdicom.pdu_primitives import UserIdentityNegotiation

USER = "user"
"""That folder's name, in the folder of the device where the user sits."""
USERNAME, PASSCODE, TOKEN = 1, 2, 5
"""User identity types (PS3.7 Table D.3-14)."""


@dataclass(frozen=True)
class UserIdentity:
    """The user identity sub-item; nothing of it shows where it is printed."""

    kind: int
    primary: bytes = field(repr=False)
    secondary: bytes = field(default=b"", repr=False)
    answer: bool = False
    """Whether a positive response is asked for."""

    def item(self) -> UserIdentityNegotiation:
        """As pynetdicom sends it."""
        item = UserIdentityNegotiation()
        item.user_identity_type = self.kind
        item.primary_field = self.primary
        if self.secondary:
            item.secondary_field = self.secondary
        item.positive_response_requested = self.answer
        return item


def with_passcode(folder: Path, *, passcode: str | None = None) -> UserIdentity:
    """The user of a folder with their passcode, or another one."""
    said = (folder / "passcode").read_text(encoding="utf-8") if passcode is None else passcode
    name = (folder / "name").read_text(encoding="utf-8")
    return UserIdentity(PASSCODE, name.encode(), said.encode())


def with_token(folder: Path, name: str = "token") -> UserIdentity:
    """One of the tokens of a folder."""
    return UserIdentity(TOKEN, (folder / f"{name}.jwt").read_bytes())
