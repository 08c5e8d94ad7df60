import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, encode_string

from pacs_open.character_sets import character_sets


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
        ("\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东"),
        ("ISO 2022 IR 100\\ISO 2022 IR 126", "Müller=Διονυσιος"),
    ],
)
def test_names_come_out_as_they_were_written(announced, text):
    terms = announced.split("\\")
    groups = [encode_string(part, convert_encodings(terms)) for part in text.split("=")]

    assert character_sets(announced).decode(b"=".join(groups)) == text


def test_the_japanese_example_of_the_standard_is_read():
    """PS3.5 H.3.2: half-width katakana, then two groups with code extensions."""
    value = (
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"
        b"=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J"
    )

    sets = character_sets("ISO 2022 IR 13\\ISO 2022 IR 87")

    assert sets.decode(value) == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"


def test_bytes_beyond_ascii_without_a_set_are_read_as_utf8_else_as_latin1():
    assert character_sets("").decode("Müller".encode()) == "Müller"
    assert character_sets("").decode("Müller".encode("latin-1")) == "Müller"


@pytest.mark.parametrize("term", ["punycode", "ISO_IR 999", "zip", "idna"])
def test_a_term_of_nobodys_standard_is_not_looked_up(term):
    sets = character_sets(term)

    assert sets.unknown
    assert sets.decode(b"M-ller-kva") == "M-ller-kva"


@pytest.mark.parametrize("known", ["", "ISO_IR 6", "ISO_IR 100", "\\ISO 2022 IR 87"])
def test_terms_of_the_standard_are_known(known):
    assert not character_sets(known).unknown


@given(
    st.binary(max_size=60),
    st.sampled_from(["", "ISO_IR 192", "ISO_IR 13", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "GB18030"]),
)
def test_any_bytes_decode_to_something(value, announced):
    assert isinstance(character_sets(announced).decode(value), str)


def test_wrong_bytes_are_shown_as_such():
    assert character_sets("ISO_IR 192").decode(b"M\xfcller") == "M\ufffdller"
