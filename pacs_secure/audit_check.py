"""Whether an audit trail is as it was written: what ``pacslab audit check`` tells.

Finds lines that were edited, taken out, put in or moved, and a tail that was cut off. It needs
the key, because only the key can tell a genuine line from a forged one.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pacs_open.errors import ConfigurationError
from pacs_secure import audit_chain
from pacs_secure.audit_chain import BEFORE_THE_FIRST, LONGEST_LINE, Head, Line


class Fault(StrEnum):
    """What was done to a trail."""

    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    TAIL_CUT = "tail cut off"
    UNFINISHED = "unfinished"
    """The last line has no line feed: a killed writer, or a careless hand."""
    ANCHOR = "anchor does not fit"


@dataclass(frozen=True)
class Finding:
    """One fault. ``line`` counts lines of the file from 1; None where nothing stands any more."""

    fault: Fault
    what: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{self.fault}: {self.what}"


def check(file: Path, key: Path, anchor: Path) -> list[Finding]:
    """Read a whole trail and name every fault; no finding means that it is as it was written.

    Memory grows with the number of lines (some 200 bytes for each), not with their length.

    Raises:
        ConfigurationError: A file is absent or unreadable; nothing can be said then.
    """
    secret, head = audit_chain.read_key(key), audit_chain.read_anchor(anchor)
    if head is None:
        raise ConfigurationError(f"anchor {anchor}: no such file; without it a cut tail is hidden")
    digests = _collect(file)
    return [*_lines_as_written(file, secret, digests), *_all_there(digests, head)]


def _read(file: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with their number, line feeds included, the longest bounded."""
    if not file.exists():
        return
    with file.open("rb") as trail:
        for number in itertools.count(1):
            line = trail.readline(LONGEST_LINE)
            if not line:
                return
            yield number, line


def _collect(file: Path) -> dict[int, tuple[str, ...]]:
    """Digests that stand under each sequence number; more than one is a fault for later."""
    digests: dict[int, tuple[str, ...]] = {}
    try:
        for _, line in _read(file):
            parsed = Line.parse(line.removesuffix(b"\n"))
            if parsed is not None:
                digests[parsed.sequence] = (*digests.get(parsed.sequence, ()), parsed.digest)
    except OSError as error:
        raise ConfigurationError(f"file {file}: cannot be read ({error.strerror})") from error
    return digests


def _lines_as_written(
    file: Path, key: bytes, digests: dict[int, tuple[str, ...]]
) -> Iterator[Finding]:
    """Judge what stands in the file, line by line."""
    highest = 0
    for number, line in _read(file):
        parsed = Line.parse(line.removesuffix(b"\n"))
        if not line.endswith(b"\n"):
            yield Finding(Fault.UNFINISHED, "the last line is not complete", number)
        elif parsed is None:
            yield Finding(Fault.INSERTED, "is no line of a trail", number)
        else:
            fault = _judge(parsed, key, digests)
            if fault is not None:
                yield Finding(fault, f"as sequence number {parsed.sequence}", number)
            elif parsed.sequence == highest:
                yield Finding(
                    Fault.INSERTED, f"sequence number {parsed.sequence} stands twice", number
                )
            elif parsed.sequence < highest:
                yield Finding(Fault.MOVED, f"sequence number {parsed.sequence}", number)
            else:
                highest = parsed.sequence


def _judge(line: Line, key: bytes, digests: dict[int, tuple[str, ...]]) -> Fault | None:
    """Compare a line's digest with what it follows; a line whose forerunner is gone cannot be."""
    before = digests.get(line.sequence - 1, ())
    if line.sequence == 1:
        before = (BEFORE_THE_FIRST,)
    if line.sequence >= 1 and not before:
        return None  # told as "removed" already, and that its successor cannot be verified
    if any(line.is_sealed(key, digest) for digest in before):
        return None
    alone = len(digests[line.sequence]) == 1
    return Fault.EDITED if alone and line.sequence >= 1 else Fault.INSERTED


def _all_there(digests: dict[int, tuple[str, ...]], head: Head) -> Iterator[Finding]:
    """Judge what does not stand in the file any more."""
    last = 0
    for sequence in sorted(digests):
        if sequence > last + 1:
            yield Finding(
                Fault.REMOVED,
                f"sequence numbers {last + 1} to {sequence - 1}; "
                f"number {sequence} cannot be verified without them",
            )
        last = max(last, sequence)
    if last < head.sequence:
        yield Finding(Fault.TAIL_CUT, f"sequence numbers {last + 1} to {head.sequence}")
    elif head.sequence and head.digest not in digests.get(head.sequence, (head.digest,)):
        yield Finding(Fault.ANCHOR, f"its number {head.sequence} has another digest")
