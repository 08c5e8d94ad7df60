import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, encode_string, python_encoding

from pacs_open.data_sets.character_sets import decode, encodings


def text_of(value, announced, vr="PN"):
    return decode(value, encodings(announced), vr)


@pytest.mark.parametrize(
    ("announced", "text"),
    [
        ("", "Smith^John"),
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 192", "Müller^Jörg=山田^太郎"),
        ("ISO_IR 148", "Şahin^Gülşen"),
        ("ISO_IR 144", "Иванов^Иван"),
        ("GB18030", "王^小东"),
        ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("ISO 2022 IR 100\\ISO 2022 IR 126", "Müller=Διονυσιος"),
    ],
)
def test_names_come_out_as_they_were_written(announced, text):
    terms = announced.split("\\")
    parts = [encode_string(part, convert_encodings(terms)) for part in re.split("([=^])", text)]

    assert text_of(b"".join(parts), announced) == text


def test_the_japanese_example_of_the_standard_is_read():
    """PS3.5 H.3.2: half-width katakana, then two groups with code extensions."""
    value = (
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"
        b"=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J"
    )

    announced = "ISO 2022 IR 13\\ISO 2022 IR 87"

    assert text_of(value, announced) == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"


def test_the_chinese_example_of_the_standard_is_read():
    """PS3.5 K.2: each component begins with its escape sequence."""
    value = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="

    assert text_of(value, "\\ISO 2022 IR 58") == "Zhang^XiaoDong=张^小东="


def test_bytes_beyond_ascii_without_a_set_are_read_as_utf8_else_as_latin1():
    assert text_of("Müller".encode(), "") == "Müller"
    assert text_of("Müller".encode("latin-1"), "ISO_IR 6") == "Müller"


@pytest.mark.parametrize("term", ["punycode", "ISO_IR 999", "zip", "idna"])
def test_a_term_of_nobodys_standard_is_not_looked_up(term):
    assert text_of(b"M-ller-kva", term) == "M-ller-kva"


@given(
    st.binary(max_size=60),
    st.sampled_from(
        ["", "ISO_IR 192", "ISO_IR 13", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "GB18030"]
    ),
)
def test_any_bytes_decode_to_something(value, announced):
    assert isinstance(text_of(value, announced), str)


def test_wrong_bytes_are_shown_as_such():
    assert text_of(b"M\xfcller", "ISO_IR 192") == "M\ufffdller"


@pytest.mark.parametrize("announced", sorted(python_encoding))
def test_ascii_is_the_same_in_every_repertoire(announced):
    text = bytes(code for code in range(128) if code != 0x1B)

    assert text_of(text, announced, "LT") == text.decode(python_encoding[announced])
