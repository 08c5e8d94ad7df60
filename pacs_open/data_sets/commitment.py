"""Data sets of Storage Commitment: what is asked for, and what is reported (PS3.4 J.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pacs_open.data_sets.elements import (
    MalformedDataSetError,
    element,
    read_elements,
    read_items,
    sequence,
)
from pacs_open.values import LONGEST_UID

_RETRIEVE_AE_TITLE = 0x00080054
_REFERENCED_SOP_CLASS_UID = 0x00081150
_REFERENCED_SOP_INSTANCE_UID = 0x00081155
_TRANSACTION_UID = 0x00081195
_FAILURE_REASON = 0x00081197
_FAILED_SOP_SEQUENCE = 0x00081198
_REFERENCED_SOP_SEQUENCE = 0x00081199


@dataclass(frozen=True, slots=True)
class Reference:
    """An instance that a request or a report names."""

    sop_class_uid: str
    sop_instance_uid: str


@dataclass(frozen=True)
class Wish:
    """What an N-ACTION-RQ asks for (PS3.4 Table J.3-1)."""

    transaction_uid: str
    references: tuple[Reference, ...]


def read_wish(data: bytes, *, explicit: bool) -> Wish:
    """Read the data set of a request.

    Raises:
        MalformedDataSetError: it is none, or lacks what it must have.
    """
    elements = {tag: value for tag, _, value in read_elements(data, explicit=explicit)}
    transaction = _uid(elements, _TRANSACTION_UID)
    references = tuple(
        _reference(item, explicit=explicit)
        for item in read_items(elements.get(_REFERENCED_SOP_SEQUENCE, b""), explicit=explicit)
    )
    if not references:
        raise MalformedDataSetError("no instance is named", _REFERENCED_SOP_SEQUENCE)
    return Wish(transaction, references)


def _reference(item: bytes, *, explicit: bool) -> Reference:
    elements = {tag: value for tag, _, value in read_elements(item, explicit=explicit)}
    return Reference(
        _uid(elements, _REFERENCED_SOP_CLASS_UID), _uid(elements, _REFERENCED_SOP_INSTANCE_UID)
    )


def _uid(elements: dict[int, bytes], tag: int) -> str:
    text = elements.get(tag, b"").decode("latin-1").rstrip("\0 ")
    if not 0 < len(text) <= LONGEST_UID or not text.isascii() or not text.isprintable():
        raise MalformedDataSetError("a UID is missing or is none", tag)
    if "\\" in text:
        raise MalformedDataSetError("several UIDs where one is asked for", tag)
    return text


def write_report(
    transaction_uid: str,
    committed: Sequence[Reference],
    failed: Sequence[tuple[Reference, int]],
    *,
    ae_title: str,
    explicit: bool,
) -> bytes:
    """Write the data set of an N-EVENT-REPORT-RQ (PS3.4 Table J.3-2).

    Args:
        transaction_uid: of the request.
        committed: what we vouch for.
        failed: what we do not, each with its Failure Reason (0008,1197).
        ae_title: where what is committed can be retrieved from.
        explicit: the transfer syntax, explicit or implicit VR little endian.
    """
    parts = []
    if committed:
        parts.append(element(_RETRIEVE_AE_TITLE, "AE", ae_title.encode(), explicit=explicit))
    parts.append(element(_TRANSACTION_UID, "UI", transaction_uid.encode(), explicit=explicit))
    if failed:
        items = (
            _item(reference, explicit=explicit)
            + element(_FAILURE_REASON, "US", reason.to_bytes(2, "little"), explicit=explicit)
            for reference, reason in failed
        )
        parts.append(sequence(_FAILED_SOP_SEQUENCE, items, explicit=explicit))
    if committed:
        items = (_item(reference, explicit=explicit) for reference in committed)
        parts.append(sequence(_REFERENCED_SOP_SEQUENCE, items, explicit=explicit))
    return b"".join(parts)


def _item(reference: Reference, *, explicit: bool) -> bytes:
    return element(
        _REFERENCED_SOP_CLASS_UID, "UI", reference.sop_class_uid.encode(), explicit=explicit
    ) + element(
        _REFERENCED_SOP_INSTANCE_UID, "UI", reference.sop_instance_uid.encode(), explicit=explicit
    )
