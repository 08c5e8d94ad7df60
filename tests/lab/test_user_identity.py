import pytest
from pynetdicom.pdu_items import UserIdentitySubItemRQ

from lab.user_identity import PASSCODE, TOKEN, UserIdentity, with_passcode, with_token


@pytest.fixture
def folder(tmp_path):
    for name, content in {"name": "reader", "passcode": "right", "token.jwt": "a.b.c"}.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_a_folder_tells_name_and_passcode(folder):
    assert with_passcode(folder) == UserIdentity(PASSCODE, b"reader", b"right")
    assert with_passcode(folder, passcode="wrong") == UserIdentity(PASSCODE, b"reader", b"wrong")
    assert with_token(folder) == UserIdentity(TOKEN, b"a.b.c")
    assert "right" not in repr(with_passcode(folder))


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (UserIdentity(2, b"u", b"p", answer=True), b"\x58\0\0\x08\2\1\0\1u\0\1p"),
        (UserIdentity(2, b"u", b"p"), b"\x58\0\0\x08\2\0\0\1u\0\1p"),
        (UserIdentity(1, b"u"), b"\x58\0\0\x07\1\0\0\1u\0\0"),
        (UserIdentity(5, b"a.b"), b"\x58\0\0\x09\5\0\0\3a.b\0\0"),
    ],
)
def test_the_sub_item_is_the_standards(said, sent):
    item = UserIdentitySubItemRQ()
    item.from_primitive(said.item())

    assert item.encode() == sent
