"""The front of a DICOM file: preamble, prefix and file meta information (PS3.10 7.1).

Written and read as bytes: the data set behind it is never touched.
"""

import struct
from dataclasses import dataclass

IMPLEMENTATION_CLASS_UID = "2.25.222574418900594953117028451892136644373"
IMPLEMENTATION_VERSION_NAME = "PACSLAB_1"

PREFIX = bytes(128) + b"DICM"
_GROUP_LENGTH = struct.Struct("<HH2sHI")
_GROUP_START = len(PREFIX) + 12
_LONG = struct.Struct("<HH2sHI")
_SHORT = struct.Struct("<HH2sH")
_LONG_FORMS = frozenset({b"OB", b"OW", b"UN", b"SQ", b"UT"})


@dataclass(frozen=True)
class FileMeta:
    """What the file meta information says of the data set (PS3.10 Table 7.1-1)."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    source_ae_title: str = ""

    def encode(self) -> bytes:
        """Give the whole front, in Explicit VR Little Endian, up to the data set."""
        group = _LONG.pack(2, 0x0001, b"OB", 0, 2) + b"\0\1"
        group += _text(0x0002, b"UI", self.sop_class_uid)
        group += _text(0x0003, b"UI", self.sop_instance_uid)
        group += _text(0x0010, b"UI", self.transfer_syntax)
        group += _text(0x0012, b"UI", IMPLEMENTATION_CLASS_UID)
        group += _text(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME)
        if self.source_ae_title:
            group += _text(0x0016, b"AE", self.source_ae_title)
        return PREFIX + _GROUP_LENGTH.pack(2, 0, b"UL", 4, len(group)) + group

    @classmethod
    def decode(cls, front: bytes) -> "FileMeta":
        """Read a front back; raise ``ValueError`` if it is none."""
        if not front.startswith(PREFIX) or len(front) < _GROUP_START:
            raise ValueError("no DICM prefix")
        *_, length = _GROUP_LENGTH.unpack_from(front, len(PREFIX))
        if len(front) != _GROUP_START + length:
            raise ValueError("file meta information is cut short")
        elements = _elements(front)
        return cls(
            elements.get(0x0002, ""),
            elements.get(0x0003, ""),
            elements.get(0x0010, ""),
            elements.get(0x0016, ""),
        )


def _text(element: int, vr: bytes, text: str) -> bytes:
    # UTF-8 only ever differs from the default repertoire for the odd UIDs that the open
    # archive takes as mere keys.
    value = text.encode("utf-8")
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    return _SHORT.pack(2, element, vr, len(value)) + value


def _elements(front: bytes) -> dict[int, str]:
    elements = {}
    position = len(PREFIX)
    while position < len(front):
        _, element, vr, length = _SHORT.unpack_from(front, position)
        position += _SHORT.size
        if vr in _LONG_FORMS:
            (length,) = struct.unpack_from("<I", front, position)
            position += 4
        value = front[position : position + length]
        elements[element] = value.decode("utf-8", "replace").rstrip("\0 ")
        position += length
    return elements
