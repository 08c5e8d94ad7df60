"""Passcodes as nobody can read them back: scrypt, slow and hungry for memory on purpose.

A file has one line for each user, ``name:scrypt$N$r$p$salt$hash`` (Base64). To add one::

    (umask 077; python -m pacs_secure.passcodes reader >> users/passcodes)

asks for the passcode on standard input and writes the line.
"""

import hashlib
import hmac
import secrets
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pacs_open.errors import ConfigurationError
from pacs_secure.certificates import read_secret

COST, BLOCK, PARALLEL = 2**15, 8, 3
"""32 MiB and a tenth of a second a try: OWASP's Password Storage Cheat Sheet, its middle row."""
RANDOM_COST, RANDOM_PARALLEL = 2**14, 1
"""The least that is read. Enough for a passcode that a machine has drawn from 2^90 or more: nobody
tries all of these, however little a try costs."""
LONGEST = 256
"""Bytes of a passcode; more is nobody's passcode and not worth a hash."""
_MEMORY = 64 * 1024 * 1024
_HASH_LENGTH = 32

_AT_ONCE = threading.Semaphore(2)
"""Hashes computed at the same time: whoever tries many passcodes must not get all the memory."""


@dataclass(frozen=True)
class Hash:
    """What is kept of a passcode."""

    cost: int
    block: int
    parallel: int
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, passcode: bytes, *, cost: int = COST, parallel: int = PARALLEL) -> "Hash":
        """Hash a passcode with a salt of its own."""
        salt = secrets.token_bytes(16)
        blank = cls(cost, BLOCK, parallel, salt, b"")
        return cls(cost, BLOCK, parallel, salt, blank.digest_of(passcode))

    @classmethod
    def read(cls, text: str) -> "Hash":
        """Read what :meth:`__str__` wrote.

        Raises:
            ValueError: It is something else, or cheap enough to be guessed.
        """
        kind, cost, block, parallel, salt, digest = text.split("$")
        made = cls(int(cost), int(block), int(parallel), _bytes(salt), _bytes(digest))
        if kind != "scrypt" or len(made.digest) != _HASH_LENGTH or not made.salt:
            raise ValueError("no scrypt hash")
        if not 2**14 <= made.cost <= COST or made.block != BLOCK or not 1 <= made.parallel <= 16:  # noqa: PLR2004 - OWASP's rows
            raise ValueError("scrypt costs out of range")
        return made

    def __str__(self) -> str:
        salt, digest = (b64encode(part).decode("ascii") for part in (self.salt, self.digest))
        return f"scrypt${self.cost}${self.block}${self.parallel}${salt}${digest}"

    def digest_of(self, passcode: bytes) -> bytes:
        """The digest of a passcode with this salt and these costs."""
        with _AT_ONCE:
            return hashlib.scrypt(
                passcode,
                salt=self.salt,
                n=self.cost,
                r=self.block,
                p=self.parallel,
                maxmem=_MEMORY,
                dklen=_HASH_LENGTH,
            )


class Passcodes:
    """The users of a file, and whether a passcode is theirs."""

    def __init__(self, users: Mapping[str, Hash]) -> None:
        self._users = dict(users)
        self._nobody = next(iter(users.values()), None) or Hash(
            COST, BLOCK, PARALLEL, bytes(16), bytes(_HASH_LENGTH)
        )

    def are_right(self, user: str, passcode: bytes) -> bool:
        """Whether it is this user's passcode; an unknown user costs as long as a known one."""
        if not 0 < len(passcode) <= LONGEST:
            return False
        kept = self._users.get(user, self._nobody)
        fits = hmac.compare_digest(kept.digest_of(passcode), kept.digest)
        return fits and user in self._users


def load(path: Path) -> Passcodes:
    """Read a file of passcodes.

    Raises:
        ConfigurationError: Which line is wrong, without its content.
    """
    users: dict[str, Hash] = {}
    text = read_secret(path, "passcodes").decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, hashed = line.strip().partition(":")
        try:
            users[user] = Hash.read(hashed)
        except ValueError as error:
            raise ConfigurationError(
                f"passcodes {path}: line {number} is not NAME:scrypt$..., as "
                "`python -m pacs_secure.passcodes NAME` writes it"
            ) from error
        if not user or not colon:
            raise ConfigurationError(f"passcodes {path}: line {number} names no user")
    return Passcodes(users)


def line(user: str, passcode: str, *, random: bool = False) -> str:
    """The line of a user; ``random``: a machine has drawn the passcode, at 90 bits or more."""
    costs = {"cost": RANDOM_COST, "parallel": RANDOM_PARALLEL} if random else {}
    return f"{user}:{Hash.of(passcode.encode('utf-8'), **costs)}\n"


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


if __name__ == "__main__":
    sys.stdout.write(line(sys.argv[1], sys.stdin.readline().rstrip("\n")))
