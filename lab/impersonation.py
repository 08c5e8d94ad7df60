"""Users who are not who they say: identities that an archive must not believe (PS3.7 D.3.3.7)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from lab.asking import is_served, need_peer
from lab.probe import Answered, NotTestedError
from lab.scene import Scene
from lab.user_identity import TOKEN, USERNAME, UserIdentity

Claim = Callable[[Path], UserIdentity | None]
"""From the folder of a user to what is said of one."""


def is_served_as(scene: Scene, claim: Claim) -> Answered:
    """Whether the peer of which a user is demanded is served with this claim.

    At a port in plaintext nothing is said of a user: a passcode is never sent there. The lab's own
    archives are asked whether this peer is served all the same, so that columns can be compared.
    """
    if scene.own and not scene.door.tls:
        with scene.target(need_peer(scene)).converse() as talk:
            return is_served(talk)
    peer = next((one for one in scene.peers.values() if one.user is not None), None)
    if peer is None or peer.user is None:
        raise NotTestedError("no authorised peer is at hand of which a user is demanded")
    said = claim(peer.user)
    if said is not None and not scene.door.tls:
        raise NotTestedError("this port speaks plaintext: nothing is said of a user there")
    with scene.target(peer).but(user=said).converse() as talk:
        return is_served(talk)


def mere_name(folder: Path) -> UserIdentity:
    """A user's name and nothing that proves it (type 1)."""
    return UserIdentity(USERNAME, (folder / "name").read_bytes())


def forged(folder: Path) -> UserIdentity:
    """What the issuer would say, signed with a key of our own."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _token(jwt.encode(_claims(folder), key, algorithm="ES256").encode())


def unsigned(folder: Path) -> UserIdentity:
    """What the issuer would say, without a signature (RFC 7518 3.6)."""
    return _token(jwt.encode(_claims(folder), "", algorithm="none").encode())


def confused(folder: Path) -> UserIdentity:
    """What the issuer would say, with its public key taken for a shared secret (RFC 8725 2.1)."""
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    said = head + b"." + _part(json.dumps(_claims(folder)).encode())
    seal = hmac.new((folder / "issuer.pem").read_bytes(), said, hashlib.sha256).digest()
    return _token(said + b"." + _part(seal))


def _claims(folder: Path) -> dict[str, Any]:
    """What stands in the user's good token; it is no secret to whoever sees one."""
    good = (folder / "token.jwt").read_bytes()
    claims: dict[str, Any] = jwt.decode(good, options={"verify_signature": False})
    return claims


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _token(token: bytes) -> UserIdentity:
    return UserIdentity(TOKEN, token)
