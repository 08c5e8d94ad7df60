"""Which DIMSE service a SOP class belongs to (PS3.4), so that rights are plain words."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator
from pydicom.uid import UID_dictionary  # type: ignore[attr-defined]  # public all the same

from pacs_open.values import Dimse

_BY_SUFFIX = {".1": Dimse.FIND, ".2": Dimse.MOVE, ".3": Dimse.GET}
_MODELS = ("1.2.840.10008.5.1.4.1.2.1", "1.2.840.10008.5.1.4.1.2.2", "1.2.840.10008.5.1.4.1.2.3")
"""Patient Root, Study Root and (retired) Patient/Study Only models (PS3.4 C.6)."""
_STORAGE_ROOTS = ("1.2.840.10008.5.1.4.1.1.", "1.2.840.10008.5.1.4.34.", "1.2.840.10008.5.1.4.43.")


def _services() -> dict[str, Dimse]:
    """Build the table from the registry of UIDs (PS3.6 Annex A)."""
    table = {"1.2.840.10008.1.1": Dimse.ECHO, "1.2.840.10008.1.20.1": Dimse.COMMIT}
    table |= {model + end: service for model in _MODELS for end, service in _BY_SUFFIX.items()}
    for uid, (_, kind, _, _, keyword) in UID_dictionary.items():
        if kind == "SOP Class" and "Storage" in keyword and uid.startswith(_STORAGE_ROOTS):
            table[uid] = Dimse.STORE
    return table


SERVICES: Mapping[str, Dimse] = MappingProxyType(_services())
"""SOP Class UID to DIMSE service; a class that is not in it belongs to nobody by default."""

_BY_KEYWORD = {entry[4]: uid for uid, entry in UID_dictionary.items() if entry[4]}


def service_of(sop_class_uid: str) -> Dimse | None:
    """Return the DIMSE service of a SOP class, None if it is unknown or private."""
    return SERVICES.get(sop_class_uid)


def uid_of(name: str) -> str:
    """Turn a keyword of PS3.6 ("CTImageStorage") or a UID into a UID.

    Raises:
        ValueError: If it is neither; the message suggests the nearest keyword.
    """
    if re.fullmatch(r"[0-9.]{1,64}", name):
        return name
    if name in _BY_KEYWORD:
        return _BY_KEYWORD[name]
    close = difflib.get_close_matches(name, _BY_KEYWORD, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    message = f"{name!r} is neither a UID nor a keyword of PS3.6{hint}"
    raise ValueError(message)


SOPClass = Annotated[str, AfterValidator(uid_of)]
"""A SOP class in a configuration: its UID or its keyword."""
