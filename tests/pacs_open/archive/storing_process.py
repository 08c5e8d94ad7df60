"""A process that stores until it is killed: what the tests of crashes and of full disks start.

Arguments: directory, prefix of the SOP Instance UIDs, bytes of pixels, number of instances (0:
endless), bytes a file may have (0: no limit), URL of the index if it is not SQLite. Each acknowledged instance is one line on stdout:
its UID and the digest of its data set; a refusal for want of room is the line ``full``.
"""

import random
import struct
import sys
from itertools import count
from pathlib import Path

from blake3 import blake3

from pacs_open.archive.archive import Archive
from pacs_open.errors import ArchiveFullError

CT = "1.2.840.10008.5.1.4.1.1.2"


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr == b"OW":
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def data_set(uid: str, size: int) -> bytes:
    return b"".join(
        (
            element(0x00080016, b"UI", CT.encode()),
            element(0x00080018, b"UI", uid.encode()),
            element(0x00080060, b"CS", b"CT"),
            element(0x00100010, b"PN", b"Crash^Test"),
            element(0x00100020, b"LO", b"P1"),
            element(0x0020000D, b"UI", b"2.25.1000"),
            element(0x0020000E, b"UI", b"2.25.2000"),
            element(0x7FE00010, b"OW", random.randbytes(size)),
        )
    )


def limit(size: int) -> None:
    import resource  # noqa: PLC0415 - POSIX only
    import signal  # noqa: PLC0415

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    directory, prefix, size, number, file_size, *url = sys.argv[1:]
    with Archive(Path(directory), index_url=url[0] if url else None) as archive:
        if int(file_size):
            limit(int(file_size))
        for index in range(int(number)) if int(number) else count():
            uid = f"{prefix}.{index}"
            data = data_set(uid, int(size))
            try:
                with archive.receive(
                    sop_class_uid=CT, sop_instance_uid=uid, transfer_syntax="1.2.840.10008.1.2.1"
                ) as incoming:
                    for start in range(0, len(data), 50_000):
                        incoming.write(data[start : start + 50_000])
                    incoming.commit(lambda record: None)
            except ArchiveFullError:
                tell("full")
            else:
                tell(f"{uid} {blake3(data).hexdigest()}")


if __name__ == "__main__":
    main()
