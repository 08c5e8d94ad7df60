"""What a recording shows: names, protocols, and whether anything lies outside of TLS."""

import pytest

from lab.overheard import Spoken, is_wrapped, names_of, overheard, what_begins
from lab.peers.glance import glance
from lab.tap import Tap

HANDSHAKE = bytes.fromhex("16 03 01 00 04") + b"abcd"
DATA = bytes.fromhex("17 03 03 00 03") + b"xyz"


class _Recorded:
    """A tap whose conversation is over."""

    def __init__(self, to, of):
        self.recorded_to, self.recorded_from = to, of

    def finds(self, names):
        return [name for name in names if name.encode() in self.recorded_to + self.recorded_from]


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        (b"\x01\x00\x00\x00\x02\x2b", Spoken.DICOM),
        (HANDSHAKE, Spoken.TLS),
        (b"GET / HTTP/1.1", Spoken.OTHER),
        (b"\x16", Spoken.OTHER),
        (b"", Spoken.NOTHING),
    ],
)
def test_the_first_bytes_tell_the_protocol(said, spoken):
    assert what_begins(said) is spoken


@pytest.mark.parametrize(
    ("said", "wrapped"),
    [
        (HANDSHAKE + DATA, True),
        (HANDSHAKE + DATA[:-1], True),
        (HANDSHAKE + b"Anna" + DATA, False),
        (HANDSHAKE + bytes.fromhex("17 03 03 ff ff") + b"x", False),
        (b"\x01\x00\x00\x00\x02\x2b", False),
        (b"", False),
    ],
)
def test_one_byte_outside_of_a_record_is_noticed(said, wrapped):
    assert is_wrapped(said) is wrapped


def test_the_excerpt_stands_around_a_name_and_has_no_control_characters():
    said = b"\x00\x1b[31m" * 40 + "PN\x1e\x00Müller^Jörg=\u202e".encode() + b"\x00" * 200
    heard = overheard(_Recorded(b"", said), ["Müller^Jörg"])
    assert "PN..Müller^Jörg=." in heard.excerpt
    assert heard.excerpt.isprintable()
    assert (heard.names_sought, heard.names_read) == (1, 1)


def test_without_a_name_the_excerpt_comes_from_the_middle():
    heard = overheard(_Recorded(HANDSHAKE, b"first" * 50 + b"second" * 50), ["Anna^Muster"])
    assert "second" in heard.excerpt
    assert (heard.names_sought, heard.names_read) == (1, 0)
    assert heard.first == "16 03 01 00 04 61 62 63 64"


def test_a_name_too_short_to_be_told_from_chance_is_not_counted():
    assert overheard(_Recorded(b"", b"Li"), ["Li"]).names_sought == 0


def test_what_a_tap_recorded_in_plaintext_has_every_name(planted):
    key = planted.answer_key
    with Tap(planted.door) as tap:
        glance(planted.as_stranger().but(door=tap.door), key.patients[0].studies[0])
        assert tap.await_end(10)
        heard = overheard(tap, names_of(key))
    assert heard.spoken is Spoken.DICOM
    assert not heard.wrapped
    assert heard.names_read == heard.names_sought == 3
    assert "Muster^Anna" in heard.excerpt
