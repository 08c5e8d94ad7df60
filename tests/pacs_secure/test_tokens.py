import base64
import datetime as dt
import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.errors import ConfigurationError
from pacs_secure.tokens import LONGEST, Issuer, NotBelievedError, load_key

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
PEM = serialization.Encoding.PEM
PUBLIC = KEY.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
OURS = Issuer(KEY.public_key(), "ES256", "clinic", "PACS-SECURE")
WEAK = 1024
MINUTE = dt.timedelta(minutes=1)


def token(*, key=KEY, algorithm="ES256", without=(), **claims):
    now = dt.datetime.now(dt.UTC)
    said = {"iss": "clinic", "aud": "PACS-SECURE", "sub": "reader", "exp": now + MINUTE} | claims
    left = {name: value for name, value in said.items() if name not in without}
    return jwt.encode(left, key, algorithm=algorithm).encode()


def by_hand(header, claims, signature=b""):
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def ago(minutes):
    return dt.datetime.now(dt.UTC) - minutes * MINUTE


def confused():
    """The issuer's public key, which everybody has, taken for a shared secret."""
    claims = {"iss": "clinic", "aud": "PACS-SECURE", "sub": "reader", "exp": 4102444800}
    unsigned = by_hand({"alg": "HS256", "typ": "JWT"}, claims).rpartition(b".")[0]
    signature = hmac.new(PUBLIC, unsigned, hashlib.sha256).digest()
    return unsigned + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")


CLAIMS = {"iss": "clinic", "aud": "PACS-SECURE", "sub": "reader", "exp": 4102444800}


def test_a_good_token_names_its_user():
    assert OURS.subject(token()) == "reader"
    assert OURS.subject(token(aud=["other", "PACS-SECURE"])) == "reader"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: token(exp=ago(1)), "expired"),
        (lambda: token(nbf=ago(-1)), "not valid yet"),
        (lambda: token(iss="another"), "of another issuer"),
        (lambda: token(iss="Clinic"), "of another issuer"),
        (lambda: token(aud="OTHER"), "for another audience"),
        (lambda: token(aud="PACS-SECURE2"), "for another audience"),
        (lambda: token(without=["exp"]), "lacks a claim"),
        (lambda: token(without=["iss"]), "lacks a claim"),
        (lambda: token(without=["aud"]), "lacks a claim"),
        (lambda: token(without=["sub"]), "lacks a claim"),
        (lambda: token(sub=""), "names nobody"),
        (lambda: token(key=OTHER), "signature is wrong"),
        (lambda: token(key="s" * 32, algorithm="HS256"), "of another algorithm"),
        (lambda: by_hand({"alg": "none"}, CLAIMS), "of another algorithm"),
        (lambda: by_hand({"alg": "NONE"}, CLAIMS), "of another algorithm"),
        (confused, "of another algorithm"),
        (lambda: by_hand({"alg": "ES256"}, CLAIMS), "signature is wrong"),
        (lambda: by_hand({"alg": "ES256"}, CLAIMS, bytes(64)), "signature is wrong"),
        (lambda: by_hand({"alg": "ES256"}, {**CLAIMS, "sub": 7}, bytes(64)), "signature is wrong"),
        (lambda: token()[:-4], "is no token|signature is wrong"),
        (lambda: token() + b".x", "is no token"),
        (lambda: b"", "is no token"),
        (lambda: b"\xff\xfe", "is no token"),
        (lambda: b"..", "is no token"),
        (lambda: token(pad="x" * LONGEST), "longer than any token"),
    ],
)
def test_no_other_token_is_believed(made, why):
    with pytest.raises(NotBelievedError, match=why):
        OURS.subject(made())


def test_clocks_may_differ_as_much_as_was_said():
    patient = Issuer(KEY.public_key(), "ES256", "clinic", "PACS-SECURE", leeway=90)

    assert patient.subject(token(exp=ago(1))) == "reader"
    with pytest.raises(NotBelievedError):
        patient.subject(token(exp=ago(2)))


@given(st.binary(max_size=300))
def test_noise_is_never_believed_and_breaks_nothing(noise):
    with pytest.raises(NotBelievedError):
        OURS.subject(noise)


@pytest.mark.parametrize(
    ("make", "algorithms"),
    [
        (lambda: KEY, {"ES256"}),
        (lambda: ec.generate_private_key(ec.SECP384R1()), set()),
        (ed25519.Ed25519PrivateKey.generate, {"EdDSA"}),
        (lambda: rsa.generate_private_key(65537, 2048), {"RS256", "PS256"}),
        (lambda: rsa.generate_private_key(65537, WEAK), set()),
    ],
)
def test_a_key_fits_its_algorithm(tmp_path, make, algorithms):
    path = tmp_path / "issuer"
    path.write_bytes(
        make().public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for algorithm in ("ES256", "RS256", "PS256", "EdDSA"):
        if algorithm in algorithms:
            load_key(path, algorithm)
        else:
            with pytest.raises(ConfigurationError, match=f"no key for {algorithm}"):
                load_key(path, algorithm)


def test_what_is_no_key_is_an_error(tmp_path):
    path = tmp_path / "issuer"
    path.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="no PEM public key"):
        load_key(path, "ES256")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_key(tmp_path / "none", "ES256")
