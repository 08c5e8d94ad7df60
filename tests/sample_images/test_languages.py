import pytest

from sample_images import languages
from sample_images.languages import ROUND

CODECS = {
    "ISO_IR 100": "latin-1",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 192": "utf-8",
    "ISO 2022 IR 87": "iso2022_jp",
}
LANGUAGES = {language.specific_character_set: language for language in ROUND}.values()


def words_of(language):
    for field in ("families", "womens_families", "women", "men", "institutions", "studies"):
        yield from getattr(language, field)
    yield from (language.prefix, language.suffix)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: str(language.families[0]))
def test_every_word_can_be_written_in_its_character_set_and_fits(language):
    codec = CODECS[language.specific_character_set[-1]]

    for word in words_of(language):
        word.encode(codec)
        assert len(word) <= 64


@pytest.mark.parametrize("language", [languages.JAPANESE])
def test_no_kanji_holds_the_byte_of_a_delimiter(language):
    for word in words_of(language):
        for character in word:
            if not character.isascii():
                code = character.encode("iso2022_jp")[3:-3]
                assert b"\\" not in code
    for name in (*language.families, *language.women, *language.men):
        for character in name:
            if not character.isascii():
                assert not set(character.encode("iso2022_jp")[3:-3]) & set(b"^=\\")


def test_the_first_sixteen_meet_german_turkish_french_english_and_japanese():
    sets = {language.specific_character_set for language in ROUND}

    assert len(ROUND) == 16
    assert {("ISO_IR 100",), ("ISO_IR 148",), ("", "ISO 2022 IR 87"), ("ISO_IR 192",)} <= sets


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: str(language.families[0]))
def test_womens_names_come_in_the_order_of_mens(language):
    assert len(language.womens_families) in {0, len(language.families)}
