import datetime as dt
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pacs_open.door import Door
from pacs_open.errors import ConfigurationError
from pacs_open.refusals import AssociationRejected
from pacs_open.values import Certificate, Identified
from pacs_open.values import UserIdentity as Said
from pacs_secure.controls.user_identity import UserIdentity
from pacs_secure.passcodes import Hash

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
TABLE = {"key": "issuer", "issuer": "clinic", "audience": "PACS-SECURE"}


@pytest.fixture
def files(tmp_path):
    passcodes = tmp_path / "passcodes"
    passcodes.write_text(f"reader:{Hash.of(b'right', cost=2**14)}\n")
    passcodes.chmod(0o600)
    (tmp_path / "issuer").write_bytes(
        KEY.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return tmp_path


@pytest.fixture
def make(files):
    def made(**settings):
        full = {"exempt": ["MODALITY"], "passcodes": "passcodes", "token": TABLE} | settings
        control = UserIdentity.model_validate(full, context={"folder": files})
        control.secure(Door())
        return control

    return made


@pytest.fixture
def ask(make_request, make_peer, no_books):
    def asked(control, said, calling="READER", *, tls="TLSv1.3"):
        peer = replace(make_peer(Certificate(b"der")), tls_version=tls)
        request = replace(make_request(calling, peer=peer), user_identity=said)
        try:
            return control.admit(request, no_books)
        except AssociationRejected as refused:
            assert (refused.result, refused.source, refused.reason) == (1, 2, 1)  # noqa: PT017
            return refused.why

    return asked


def token(key=KEY, **claims):
    until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    said = {"iss": "clinic", "aud": "PACS-SECURE", "sub": "reader", "exp": until} | claims
    return jwt.encode(said, key, algorithm="ES256").encode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "no user identity"),
        (Said(1, b"reader"), "type 1"),
        (Said(3, b"ticket"), "type 3"),
        (Said(4, b"<saml/>"), "type 4"),
        (Said(0, b"reader", b"right"), "type 0"),
        (Said(6, b"reader", b"right"), "type 6"),
        (Said(2, b"reader", b"wrong"), "do not fit"),
        (Said(2, b"reader"), "do not fit"),
        (Said(2, b"Reader", b"right"), "do not fit"),
        (Said(2, b"reader ", b"right"), "do not fit"),
        (Said(2, b"reader\0", b"right"), "do not fit"),
        (Said(2, b"", b"right"), "do not fit"),
        (Said(2, b"\xff\xfe", b"right"), "do not fit"),
        (Said(2, b"x" * 65, b"right"), "do not fit"),
        (Said(5, b""), "token is no token"),
        (Said(5, b"reader", b"right"), "token is no token"),
    ],
)
def test_who_cannot_say_who_they_are_is_rejected(make, ask, said, why):
    answer = ask(make(), said)

    assert isinstance(answer, str)
    assert why in answer
    assert "right" not in answer


def test_a_user_is_named_and_answered_where_an_answer_is_asked_for(make, ask):
    control, proof = make(), token()

    assert ask(control, Said(2, b"reader", b"right")) == (Identified("reader", None),)
    assert ask(control, Said(2, b"reader", b"right", True)) == (Identified("reader", b""),)
    assert ask(control, Said(5, proof)) == (Identified("reader", None),)
    assert ask(control, Said(5, proof, b"", True)) == (Identified("reader", proof),)


def test_an_expired_token_is_told_from_a_forged_one_in_our_log_alone(make, ask):
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)

    assert ask(make(), Said(5, token(exp=ago))) == "token expired"
    assert ask(make(), Said(5, token(OTHER))) == "token signature is wrong"


@pytest.mark.parametrize("said", [Said(2, b"reader", b"right"), Said(5, token())])
def test_outside_tls_nothing_is_believed(make, ask, said):
    assert ask(make(), said, tls=None) == "a user identity outside TLS"


@pytest.mark.parametrize("said", [None, Said(2, b"reader", b"wrong"), Said(3, b"x")])
def test_an_exempt_title_needs_no_user(make, ask, said):
    assert ask(make(), said, "MODALITY") == ()


@pytest.mark.parametrize("calling", ["Modality", "MODALIT", "MODALITY2", "", "READER"])
def test_every_other_title_does(make, ask, calling):
    assert ask(make(), None, calling) == "no user identity"


def test_without_settings_nobody_is_admitted(ask):
    control = UserIdentity()
    control.secure(Door())

    assert isinstance(ask(control, None), str)
    assert isinstance(ask(control, Said(2, b"reader", b"right")), str)
    assert ask(control, Said(5, token())) == "no issuer of tokens is known"


def test_before_the_door_is_secured_nobody_is(files, ask):
    control = UserIdentity.model_validate(
        {"passcodes": "passcodes", "token": TABLE}, context={"folder": files}
    )

    assert isinstance(ask(control, Said(2, b"reader", b"right")), str)
    assert isinstance(ask(control, Said(5, token())), str)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"passcodes": "none"}, "passcodes .*: cannot be read"),
        ({"passcodes": "issuer"}, "passcodes"),
        ({"token": {**TABLE, "key": "none"}}, "token key .*: cannot be read"),
        ({"token": {**TABLE, "algorithm": "RS256"}}, "no key for RS256"),
    ],
)
def test_the_operators_faults_are_one_line_each(make, settings, said):
    with pytest.raises(ConfigurationError, match=said) as error:
        make(**settings)
    assert str(error.value).startswith("controls.user_identity: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("wrong", [{"algorithm": "HS256"}, {"algorithm": "none"}, {"issuer": ""}])
def test_what_would_believe_anybody_is_no_setting(wrong):
    with pytest.raises(ValueError):
        UserIdentity(token={**TABLE, **wrong})


def test_a_failed_reload_leaves_what_was_loaded(make, ask, files):
    control = make()
    (files / "passcodes").write_text("nonsense")
    with pytest.raises(ConfigurationError):
        control.secure(Door())

    assert ask(control, Said(2, b"reader", b"right")) == (Identified("reader", None),)
