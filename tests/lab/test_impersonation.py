from dataclasses import replace

import jwt
import pytest

from lab.impersonation import confused, forged, is_served_as, mere_name, unsigned
from lab.probe import Answer, NotTestedError
from lab.user_identity import TOKEN, USERNAME, with_passcode, with_token


@pytest.fixture
def folder(right):
    return right.peers["reader"].user


def test_who_is_who_they_say_is_served(right):
    for claim in (with_passcode, with_token):
        assert is_served_as(right, claim).answer is Answer.YES


def test_without_a_user_the_question_is_not_asked(right):
    peers = {name: replace(peer, user=None) for name, peer in right.peers.items()}
    with pytest.raises(NotTestedError, match="user"):
        is_served_as(replace(right, peers=peers), with_token)


def test_in_plaintext_nothing_is_said_of_a_user(wrong):
    def never(_folder):
        raise AssertionError

    assert is_served_as(wrong, never).answer is Answer.YES


def test_who_is_not_ours_is_asked_in_plaintext_only_without_a_user(wrong, right):
    anybodys = replace(wrong, own=False)
    demanded = replace(anybodys, peers={"reader": right.peers["reader"]})

    with pytest.raises(NotTestedError, match="is demanded"):
        is_served_as(anybodys, with_token)
    with pytest.raises(NotTestedError, match="plaintext"):
        is_served_as(demanded, with_token)
    assert is_served_as(demanded, lambda _folder: None).answer is Answer.YES


def test_the_wrong_tokens_say_what_the_good_one_says(folder):
    good = jwt.decode(with_token(folder).primary, options={"verify_signature": False})
    for make, algorithm in ((forged, "ES256"), (unsigned, "none"), (confused, "HS256")):
        made = make(folder)
        assert made.kind == TOKEN
        assert jwt.get_unverified_header(made.primary)["alg"] == algorithm
        assert jwt.decode(made.primary, options={"verify_signature": False}) == good


def test_a_mere_name_is_type_1(folder):
    assert (mere_name(folder).kind, mere_name(folder).primary) == (USERNAME, b"reader")
