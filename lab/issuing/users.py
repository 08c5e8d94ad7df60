"""Users for the lab: a passcode of their own, tokens of an issuer, good and wrong on purpose.

The archive gets hashes and the issuer's public key; the user gets the rest.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.key_files import private_folder, replace_file
from pacs_secure import passcodes

ISSUER, AUDIENCE, ALGORITHM = "https://login.pacslab.internal", "PACS-SECURE", "ES256"
MARGIN = timedelta(minutes=5)
"""Clocks differ; so long ago a token is meant to have expired."""


def make(users: Mapping[str, Path], archive: Path, until: datetime) -> None:
    """Make passcodes and tokens anew.

    Args:
        users: Name to the folder that gets what is theirs.
        archive: Folder that gets ``passcodes`` and ``issuer.pem``.
        until: When the good tokens end.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    lines = []
    for name, folder in users.items():
        passcode = secrets.token_urlsafe(12)  # 96 bits
        lines.append(passcodes.line(name, passcode, random=True))
        _give(folder, {"name": name, "passcode": passcode, **_tokens(key, name, until)})
        (folder / "issuer.pem").write_bytes(public)
    private_folder(archive)
    (archive / "issuer.pem").write_bytes(public)
    _private(archive / "passcodes", "".join(lines))


def settings(archive: Path | str, exempt: Sequence[str]) -> dict[str, Any]:
    """The table of ``user_identity`` for users who were made here."""
    return {
        "exempt": list(exempt),
        "passcodes": f"{archive}/passcodes",
        "token": {
            "key": f"{archive}/issuer.pem",
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "algorithm": ALGORITHM,
        },
    }


def _tokens(key: ec.EllipticCurvePrivateKey, name: str, until: datetime) -> Mapping[str, str]:
    def token(**claims: object) -> str:
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": name, "exp": until} | claims
        return jwt.encode(said, key, algorithm=ALGORITHM)

    return {
        "token.jwt": token(),
        "expired.jwt": token(exp=datetime.now(UTC) - MARGIN),
        "other_audience.jwt": token(aud="ANOTHER-PACS"),
        "other_issuer.jwt": token(iss="https://login.another.internal"),
    }


def _give(folder: Path, files: Mapping[str, str]) -> None:
    private_folder(folder)
    for name, content in files.items():
        _private(folder / name, content)


def _private(path: Path, content: str) -> None:
    """A file that was never readable by others."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".new").touch(mode=0o600)
    replace_file(path, content.encode())
