import os

import pytest

from pacs_open.errors import ConfigurationError
from pacs_secure import audit_chain
from pacs_secure.audit_chain import BEFORE_THE_FIRST, Head, Line

KEY = b"k" * 32


def test_a_line_follows_the_one_before_it():
    first, head = audit_chain.follow(KEY, Head(), "<a/>")
    second, end = audit_chain.follow(KEY, head, "<b/>")

    assert head.offset == len(first)
    assert end.offset == len(first) + len(second)
    one, two = (Line.parse(line.removesuffix(b"\n")) for line in (first, second))
    assert (one.sequence, two.sequence) == (1, 2)
    assert one.is_sealed(KEY, BEFORE_THE_FIRST)
    assert two.is_sealed(KEY, one.digest)
    assert not two.is_sealed(KEY, BEFORE_THE_FIRST)
    assert not two.is_sealed(b"x" * 32, one.digest)


def test_no_message_can_be_two_lines():
    with pytest.raises(ValueError):
        audit_chain.follow(KEY, Head(), "<a/>\n2 forged")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"1",
        b"1 abc x",
        b"-1 " + b"a" * 64 + b" x",
        b"01 " + b"a" * 64 + b" x",
        b"\xff",
        b"1  " + b"a" * 64,
    ],
)
def test_what_has_not_the_form_of_a_line_is_none(line):
    assert Line.parse(line) is None


def test_a_key_is_made_once_and_for_its_owner(tmp_path):
    path = tmp_path / "key"
    audit_chain.make_key(path)

    assert len(audit_chain.read_key(path)) == 32
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        audit_chain.make_key(path)


@pytest.mark.parametrize("text", ["", "short", "a" * 63, "a" * 65, "g" * 64])
def test_a_key_that_is_none_is_an_error(text, tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(text)

    with pytest.raises(ConfigurationError, match="64 hexadecimal digits"):
        audit_chain.read_key(path)


def test_an_absent_or_open_key_is_an_error_that_says_what_to_do(tmp_path):
    path = tmp_path / "key"
    with pytest.raises(ConfigurationError, match="openssl rand"):
        audit_chain.read_key(path)
    path.write_text("a" * 64)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        audit_chain.read_key(path)


def test_an_anchor_is_read_as_it_was_written_and_moved(tmp_path):
    head, path = Head(7, "b" * 64, 1234), tmp_path / "anchor"
    assert audit_chain.read_anchor(path) is None

    descriptor = audit_chain.write_anchor(path, head)
    assert audit_chain.read_anchor(path) == head
    for head in (Head(10**18, "c" * 64, 10**18), Head(8, "d" * 64, 0)):
        audit_chain.move_anchor(descriptor, head)
        assert audit_chain.read_anchor(path) == head
    os.close(descriptor)

    assert path.stat().st_size < 512  # one sector, written whole or not at all
    path.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="damaged"):
        audit_chain.read_anchor(path)
