"""What a checkup found: one line for a person, the same as values for machines."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Need(StrEnum):
    """Who cannot do without what was looked at."""

    LAB = "lab"
    """Any lab, whatever its engine."""
    DOCKER = "docker"
    """The lab in containers."""
    NOBODY = "nobody"
    """It is of use, and nothing lacks without it."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    need: Need
    seen: str
    remedy: str | None = None
    """What to do; None where nothing has to be done."""

    @property
    def state(self) -> str:
        """One word: ok, missing, or absent (but of use only)."""
        if self.remedy is None:
            return "ok"
        return "absent" if self.need is Need.NOBODY else "missing"

    def line(self) -> str:
        """What was seen, and the remedy, in one line."""
        said = f"{self.state:<8} {self.name:<16} {self.seen}"
        return f"{said}; {self.remedy}" if self.remedy else said

    def as_json(self) -> dict[str, str | None]:
        """The same for machines."""
        return {**asdict(self), "need": self.need.value, "state": self.state}
