"""AE titles out of a conformance statement: text, HTML or PDF.

Researchers of 2023 opened archives with titles that vendors print in their own statements.
"""

import html
import re
from pathlib import Path

from lab.errors import WrongUseError

NEAR = 400
"""Characters after the words "AE title" within which a title may stand."""
MOST = 40
_WORDS = re.compile(r"(?:AE|application entity)[ _-]*titles?", re.IGNORECASE)
_TITLE = re.compile(r"(?<![\w.-])[A-Z][A-Z0-9_-]{2,15}(?![\w-])")
_TAG = re.compile(r"<(script|style).*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
NO_TITLES = frozenset(
    (
        *("AE", "AES", "ANY", "APPLICATION", "ASCII", "CONFORMANCE", "DEFAULT", "DICOM", "DIMSE"),
        *("ENTITY", "HTTP", "IEEE", "IOD", "ISO", "LAN", "MODALITY", "NEMA", "NONE", "PACS"),
        *("PDU", "PS3", "SCP", "SCU", "SOP", "STATEMENT", "TABLE", "TCP", "TITLE", "TITLES"),
        *("TLS", "UID", "UIDS", "WAN", "YES", "ECHO", "FIND", "GET", "MOVE", "STORE"),
        *("C-ECHO", "C-FIND", "C-GET", "C-MOVE", "C-STORE"),
    )
)
"""Words in capitals that stand beside titles, and are none."""


def titles_in(path: Path) -> tuple[str, ...]:
    """Titles that the statement seems to name, in its order.

    Raises:
        WrongUseError: it cannot be read.
    """
    text = text_of(path)
    found: dict[str, None] = {}
    for words in _WORDS.finditer(text):
        for title in _TITLE.finditer(text, words.end(), words.end() + NEAR):
            if title[0] not in NO_TITLES:
                found[title[0]] = None
    return tuple(found)[:MOST]


def text_of(path: Path) -> str:
    """The words of a statement.

    Raises:
        WrongUseError: it cannot be read.
    """
    content = path.read_bytes()
    if content.startswith(b"%PDF"):
        return _text_of_pdf(path)
    text = content.decode("utf-8", errors="replace")
    if "<html" in text[:2000].lower() or "<!doctype" in text[:2000].lower():
        return html.unescape(_TAG.sub(" ", text))
    return text


def _text_of_pdf(path: Path) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 - slow to import, and seldom needed
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise WrongUseError(f"{path}: is no PDF that can be read ({error})") from error
