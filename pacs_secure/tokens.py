"""JSON Web Tokens (RFC 7519): whom a token names, if it may be believed.

What is demanded is decided here and never taken from the token: the algorithm is pinned and
asymmetric (RFC 8725 3.1), issuer and audience must be ours, and a token without an end is
none. Signatures are PyJWT's business.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from pacs_open.errors import ConfigurationError
from pacs_secure.certificates import SMALLEST_RSA_KEY, read

Algorithm = Literal["ES256", "RS256", "PS256", "EdDSA"]
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

LONGEST = 8192
"""Bytes of a token that is looked at."""


class NotBelievedError(Exception):
    """The token proves nothing; the message says why, and holds nothing of the token."""


@dataclass(frozen=True)
class Issuer:
    """Whose tokens are believed."""

    key: PublicKey = field(repr=False)
    algorithm: Algorithm
    issuer: str
    audience: str
    leeway: float = 0.0
    """Seconds by which clocks may differ."""

    def subject(self, token: bytes) -> str:
        """Whom the token names.

        Raises:
            NotBelievedError: It is not this issuer's, not for us, or not valid now.
        """
        if len(token) > LONGEST:
            raise NotBelievedError("longer than any token")
        try:
            claims = jwt.decode(
                token,
                self.key,
                algorithms=[self.algorithm],
                issuer=self.issuer,
                audience=self.audience,
                leeway=self.leeway,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise NotBelievedError(_words(error)) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise NotBelievedError("names nobody")
        return subject


def load_key(path: Path, algorithm: Algorithm) -> PublicKey:
    """Read an issuer's public key (PEM).

    Raises:
        ConfigurationError: It is none, too weak, or not one for this algorithm.
    """
    try:
        key = serialization.load_pem_public_key(read(path, "token key"))
    except ValueError as error:
        raise ConfigurationError(f"token key {path}: holds no PEM public key") from error
    fits = {
        "ES256": isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1),
        "EdDSA": isinstance(key, ed25519.Ed25519PublicKey),
    }.get(algorithm, isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA_KEY)
    if not fits or not isinstance(key, PublicKey):
        raise ConfigurationError(f"token key {path}: is no key for {algorithm}")
    return key


def _words(error: jwt.PyJWTError) -> str:
    """What was wrong, by kind: the message of a library may hold what the peer sent."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return "is no token"


_WORDS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not valid yet"),
    (jwt.InvalidIssuerError, "of another issuer"),
    (jwt.InvalidAudienceError, "for another audience"),
    (jwt.MissingRequiredClaimError, "lacks a claim"),
    (jwt.InvalidAlgorithmError, "of another algorithm"),
    (jwt.InvalidSignatureError, "signature is wrong"),
)
