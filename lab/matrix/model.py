"""The matrix as data: ``matrix.json``, from which text and page are made.

Fields may be added under the same version; none is renamed or removed.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lab.probe import Answer
from lab.verdict import ExitCode


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ClaimEntry(_Entry):
    """That a control stops a probe."""

    control: str
    probe: str
    alone: bool = Field(description="The control alone, on what it needs, was seen to stop it")
    removed: bool = Field(
        description="Taken from the whole, the probe is back; or those in held_by hold it, and "
        "without them, too, it is back"
    )
    holds: bool = Field(description="Proven both ways")
    held_by: tuple[str, ...] = Field(
        default=(), description="Controls that stop it still where this one is gone"
    )
    why: str = Field(default="", description="What was not seen, where it does not hold")


class Unclaimed(_Entry):
    """A control alone stops a probe that it does not say it stops."""

    control: str
    probe: str


class Proof(_Entry):
    """A probe, asked where everything that says it stops it was taken away."""

    probe: str
    without: tuple[str, ...]
    answer: Answer


class Rogue(_Entry):
    """A second matrix: our own devices, calling archives that are not what they should be."""

    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, Answer]] = {}
    words: Mapping[str, str] = Field(
        default={}, description='By row, to be read after "an archive"'
    )
    good: str = Field(default="", description="The row that should be yes: a good certificate")
    served: bool = Field(default=True, description="The good one was taken in every column")
    fooled_by: tuple[str, ...] = Field(
        default=(), description="Rows that our devices took with all of their checks"
    )


class Matrix(_Entry):
    """``pacslab-matrix/1``."""

    schema_: Literal["pacslab-matrix/1"] = Field(default="pacslab-matrix/1", alias="schema")
    started: str = Field(description="ISO 8601 with offset")
    columns: tuple[str, ...] = Field(description="open, only C, secure, without C")
    controls: Mapping[str, tuple[str, ...]] = Field(description="By column: those it has")
    rows: tuple[str, ...] = Field(description="Ids of the probes that were asked")
    questions: Mapping[str, str]
    cells: Mapping[str, Mapping[str, Answer]] = Field(description="By probe, by column")
    evidence: Mapping[str, Mapping[str, str]] = Field(
        description="By probe, by column: what the wire showed last"
    )
    friends: Mapping[str, bool] = Field(
        description="By column: every friend was served, before and after the questions"
    )
    asked_again: tuple[str, ...] = Field(
        default=(),
        description="Columns that were asked anew, each time: before, a friend was not served, or "
        "a question found no answer",
    )
    refused: Mapping[str, str] = Field(
        default={}, description="By column where a friend was not served: what was seen"
    )
    not_tested: Mapping[str, str] = Field(
        default={}, description="Probes that could not be asked anywhere here, and why"
    )
    information: tuple[str, ...] = ()
    rogue: Rogue = Rogue()
    claims: tuple[ClaimEntry, ...]
    unclaimed: tuple[Unclaimed, ...] = ()
    proofs: tuple[Proof, ...] = ()
    left_open: tuple[str, ...] = Field(default=(), description="Probes that secure does not stop")
    proven: int
    total: int
    seconds: float
    took: Mapping[str, float] = Field(
        default={}, description="By probe: seconds of all columns together"
    )

    @property
    def unknown(self) -> tuple[tuple[str, str], ...]:
        """Probe and column of each cell that is neither yes nor no."""
        return tuple(
            (probe, column)
            for probe, row in self.cells.items()
            for column, answer in row.items()
            if answer is Answer.UNKNOWN
        )

    @property
    def exit_code(self) -> ExitCode:
        """1: a claim is unproven, or a control does what it does not say; 3: a cell is unknown."""
        fooled = self.rogue.fooled_by or not self.rogue.served
        if self.proven < self.total or self.unclaimed or self.left_open or fooled:
            return ExitCode.SOME_FAIL
        return ExitCode.INCONCLUSIVE if self.unknown or not self.total else ExitCode.ALL_PASS

    def to_json(self) -> str:
        """The text of ``matrix.json``."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"
