"""Person names folded for matching: without case, accents, or regard to spelling of carets.

PS3.4 C.2.2.2.1 leaves an archive free to ignore case and accents in person names.
"""

import re
import unicodedata

_VOICED = frozenset("\u3099\u309a")
"""Marks that make another letter of a kana, not an accent on it."""
_LETTERS = str.maketrans(
    {
        "\u0131": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
    }
)
"""Letters that Unicode does not take apart, after case folding."""
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Fold text so that equal names compare equal.

    ``ß`` becomes ``ss``, the dotless and the dotted Turkish i become ``i``; ``ü`` becomes ``u``.
    """
    text = unicodedata.normalize("NFKD", text.casefold()).casefold()
    text = "".join(
        character
        for character in text
        if character in _VOICED or not unicodedata.combining(character)
    )
    return unicodedata.normalize("NFKC", text.translate(_LETTERS))


def tidy(group: str) -> str:
    """One component group without idle spaces and trailing carets (PS3.5 6.2.1.1)."""
    components = (_SPACES.sub(" ", component.strip()) for component in group.split("^"))
    return "^".join(components).rstrip("^ ")


def groups(name: str) -> tuple[str, ...]:
    """The component groups of a name: alphabetic, ideographic, phonetic (PS3.5 6.2.1.2)."""
    return tuple(tidy(group) for group in name.split("=", 3)[:3])
