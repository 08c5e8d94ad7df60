import pytest

from lab import revoking
from lab.conversation import SUCCESS
from lab.probe import NotTestedError


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    monkeypatch.setattr(revoking, "KNOWN_WITHIN", 0.3)
    monkeypatch.setattr(revoking, "EFFECTIVE_WITHIN", 0.3)


def test_what_was_issued_is_good_until_it_is_revoked(tls_alone):
    shown, revoke = revoking.issue(tls_alone)
    target = tls_alone.target(tls_alone.peers["modality"])
    with target.but(certificate=shown.certificate, key=shown.key).converse() as talk:
        assert talk.echo() == SUCCESS
    assert not revoking.is_known(target, shown)

    revoke()
    assert revoking.is_known(target, shown)


def test_nobody_is_revoked_where_nobody_can(wrong):
    with pytest.raises(NotTestedError, match="authority"):
        revoking.issue(wrong)


@pytest.mark.parametrize(
    ("answers", "goes_on"), [([False], False), ([True, True, False], False), ([True] * 99, True)]
)
def test_what_ends_in_the_end_does_not_go_on(answers, goes_on):
    said = iter(answers)

    assert revoking.goes_on(lambda: next(said)) is goes_on
