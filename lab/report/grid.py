"""The matrix laid out: what each cell says, for text and page alike. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lab.matrix.columns import OPEN, SECURE, TITLES
from lab.matrix.model import ClaimEntry, Matrix
from lab.probe import Answer

ALONE, WITHOUT = "only ", "without "
"""How the names of columns begin."""


class Kind(StrEnum):
    """What a cell says."""

    THROUGH = "through"
    """The attempt succeeds."""
    BACK = "back"
    """It succeeds again, because the control that is missing here had stopped it."""
    STOPPED = "stopped"
    """It is stopped by the control that the column is about, as that control says; or by some."""
    HELD = "held"
    """It is stopped by others although the control that is missing here stops it, too."""
    CLOSED = "closed"
    """It does not succeed, and that is not what the column is about."""
    UNKNOWN = "unknown"


WORDS: Mapping[Kind, str] = {
    Kind.THROUGH: "gets through",
    Kind.BACK: "is back without this control",
    Kind.STOPPED: "stopped by this control",
    Kind.HELD: "stopped still, by other controls",
    Kind.CLOSED: "no, for another reason",
    Kind.UNKNOWN: "nobody could tell",
}


@dataclass(frozen=True)
class Cell:
    """One answer in its place."""

    column: str
    kind: Kind
    held_by: tuple[str, ...]
    evidence: str


@dataclass(frozen=True)
class Group:
    """Columns that belong together."""

    title: str
    columns: tuple[str, ...]

    def labels(self) -> Sequence[str]:
        """What the columns are called within the group."""
        return [bare(column) for column in self.columns]


@dataclass(frozen=True)
class Lesson:
    """One step from an open archive to a hardened one: what still gets through."""

    column: str
    title: str
    words: str
    through: tuple[str, ...]
    """Ids of probes."""


def bare(column: str) -> str:
    """A column's name without its first word."""
    return column.removeprefix(ALONE).removeprefix(WITHOUT)


def groups(matrix: Matrix) -> Sequence[Group]:
    """Open, each alone, the whole, the whole without each; bases stand after those alone."""
    parts = (
        Group("nothing", (OPEN,)),
        Group("one control alone, on what it needs", _those(matrix, ALONE)),
        Group("all", (SECURE,)),
        Group("all but one, and what needs it", _those(matrix, WITHOUT)),
    )
    return [part for part in parts if part.columns]


def _those(matrix: Matrix, prefix: str) -> tuple[str, ...]:
    return tuple(column for column in matrix.columns if column.startswith(prefix))


def row(matrix: Matrix, probe: str) -> Sequence[Cell]:
    """The cells of one question, in the order of the groups."""
    claims = {claim.control: claim for claim in matrix.claims if claim.probe == probe}
    return list(_cells(matrix, probe, claims))


def _cells(matrix: Matrix, probe: str, claims: Mapping[str, ClaimEntry]) -> Iterator[Cell]:
    for group in groups(matrix):
        for column in group.columns:
            claim = claims.get(bare(column))
            if column == SECURE:
                claim = next(iter(claims.values()), None)
            kind = _kind(matrix.cells[probe][column], column, claim)
            held_by = claim.held_by if claim and kind is Kind.HELD else ()
            yield Cell(column, kind, held_by, matrix.evidence[probe].get(column, ""))


def _kind(answer: Answer, column: str, claim: ClaimEntry | None) -> Kind:
    if answer is Answer.UNKNOWN:
        return Kind.UNKNOWN
    without = column.startswith(WITHOUT)
    if answer is Answer.YES:
        return Kind.BACK if without and claim else Kind.THROUGH
    if claim is None:
        return Kind.CLOSED
    return Kind.HELD if without else Kind.STOPPED


STEPS: Sequence[tuple[str, str, str]] = (
    (OPEN, "No safeguard", "An archive as those of 2019."),
    (
        ALONE + "+".join(TITLES),
        "Both AE titles checked",
        "A title is a name that is said aloud, not a secret: who knows it or guesses it is in.",
    ),
    (
        ALONE + "tls",
        "TLS with certificates, alone",
        "Strangers are out and nothing is read on the way; but each device may act as any other.",
    ),
    (
        ALONE + "node_identity",
        "TLS, and titles bound to certificates",
        "Now a title proves something. What each device may do is still open.",
    ),
    (SECURE, "All controls", "Each device does its work, and nothing else."),
)


def lessons(matrix: Matrix) -> Sequence[Lesson]:
    """From nothing to everything, by way of what many take for enough."""
    return [
        Lesson(column, title, words, through(matrix, column))
        for column, title, words in STEPS
        if column in matrix.columns
    ]


def through(matrix: Matrix, column: str) -> tuple[str, ...]:
    """Probes that succeed in a column."""
    return tuple(probe for probe in matrix.rows if matrix.cells[probe][column] is Answer.YES)


def headline(matrix: Matrix) -> str:
    """The one number."""
    return f"{matrix.proven} of {matrix.total} claims proven"


def faults(matrix: Matrix) -> Sequence[str]:
    """Whatever is not as it is claimed, one line each."""
    return [
        *(
            f"{claim.control} says that it stops {claim.probe}: {claim.why}"
            for claim in matrix.claims
            if not claim.holds
        ),
        *(f"{one.control} stops {one.probe}, and does not say so" for one in matrix.unclaimed),
        *(f"{probe} gets through all controls" for probe in matrix.left_open),
        *(f"{probe} in {column}: nobody could tell" for probe, column in matrix.unknown),
        *(
            f"{column}: a friend was not served, so that nothing there is proven: {seen}"
            for column, seen in matrix.refused.items()
        ),
        *(
            f"our own devices took an archive {matrix.rogue.words[row]}"
            for row in matrix.rogue.fooled_by
        ),
        *(() if matrix.rogue.served else ("our own devices refused a good archive",)),
    ]


def size(matrix: Matrix) -> str:
    """How much was asked."""
    cells = len(matrix.rows) * len(matrix.columns) + len(matrix.proofs)
    return (
        f"{len(matrix.rows)} questions to {len(matrix.columns)} archives: "
        f"{cells:,} answers in {matrix.seconds:.0f} s"
    )
