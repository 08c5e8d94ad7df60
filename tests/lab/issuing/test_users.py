import stat
from datetime import UTC, datetime, timedelta

import pytest

from lab.issuing import users
from lab.user_identity import with_passcode, with_token
from pacs_secure import passcodes, tokens


@pytest.fixture
def made(tmp_path):
    until = datetime.now(UTC) + timedelta(hours=1)
    users.make({"reader": tmp_path / "reader"}, tmp_path / "archive", until)
    return tmp_path


def test_the_archive_knows_a_user_and_has_no_passcode(made):
    said = with_passcode(made / "reader")

    assert passcodes.load(made / "archive" / "passcodes").are_right("reader", said.secondary)
    for file in (made / "archive").iterdir():
        assert said.secondary not in file.read_bytes()


def test_good_tokens_are_believed_and_the_others_are_not(made):
    table = users.settings(made / "archive", [])["token"]
    key = tokens.load_key(made / "archive" / "issuer.pem", table["algorithm"])
    issuer = tokens.Issuer(key, table["algorithm"], table["issuer"], table["audience"])

    assert issuer.subject(with_token(made / "reader").primary) == "reader"
    for name, why in {
        "expired": "expired",
        "other_audience": "for another audience",
        "other_issuer": "of another issuer",
    }.items():
        with pytest.raises(tokens.NotBelievedError, match=why):
            issuer.subject(with_token(made / "reader", name).primary)


def test_what_is_secret_is_private(made):
    for file in (made / "reader").iterdir():
        if file.name != "issuer.pem":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "archive" / "passcodes").stat().st_mode) == 0o600


def test_made_again_the_old_passcode_is_nobodys(made):
    old = with_passcode(made / "reader").secondary
    users.make({"reader": made / "reader"}, made / "archive", datetime.now(UTC))

    assert not passcodes.load(made / "archive" / "passcodes").are_right("reader", old)
