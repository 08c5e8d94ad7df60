"""The report as data: one versioned schema that text, HTML and JSON are made from.

``report.json`` of one archive is a :class:`Report`; the demo writes a :class:`DemoReport`.
Fields may be added under the same version; none is renamed or removed.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lab.evidence import Layer
from lab.overheard import Spoken
from lab.probe import Answer, Severity
from lab.verdict import Verdict

Level = Literal["L0", "L1", "L2", "L3", "L4", "L5", "L6"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TargetEntry(_Entry):
    """The archive that was asked."""

    name: str
    host: str
    port: int
    tls: bool
    ae_title: str


class EvidenceEntry(_Entry):
    """One thing seen on the wire; text from a peer is escaped."""

    layer: Layer
    text: str
    code: str = Field(default="", description="Short form for programs: rj 1/1/7, alert 116, 0124H")


class ProbeEntry(_Entry):
    """One probe: the question, its answer, and the verdict."""

    id: str
    question: str
    answer: Answer
    verdict: Verdict
    severity: Severity
    standard: tuple[str, ...]
    holds: tuple[str, ...]
    lacks: tuple[str, ...]
    evidence: tuple[EvidenceEntry, ...]
    why: str = Field(description="Why this verdict, in one sentence")
    closed_by: tuple[str, ...] = Field(default=(), description="Controls that stop it")
    fix: str = Field(description="What to do about a yes")
    fixes: dict[str, str] = Field(
        default_factory=dict, description="The same by product: here, Orthanc, DCMTK, dcm4chee"
    )
    clauses: tuple[str, ...] = Field(
        default=(), description="Clauses it stands with; * where the wording was not checked"
    )
    seconds: float = 0.0


class Count(_Entry):
    """What was obtained of what was planted."""

    obtained: int | None = Field(description="null where it was not counted")
    planted: int | None = Field(default=None, description="null without an answer key")
    identical: int | None = Field(
        default=None,
        description="Obtained with the answer key's own bytes; null where not compared",
    )
    at_least: bool = Field(default=False, description="obtained is a lower bound")


class ExposureEntry(_Entry):
    """How far a stranger came: L0 unreachable to L6 images; writable is +W, null if not tried."""

    level: Level
    writable: bool | None
    patients: Count
    images: Count
    seconds: float
    evidence: tuple[EvidenceEntry, ...] = ()

    @property
    def text(self) -> str:
        """For people: ``L6+W``."""
        return self.level + ("+W" if self.writable else "")


class PositiveControlEntry(_Entry):
    """The authorised peers that were served, or not, on the same port in the same run."""

    peer: str
    did: tuple[str, ...]
    ok: bool
    reached: bool = Field(default=True, description="whether the archive answered them at all")
    evidence: tuple[EvidenceEntry, ...] = ()


class OverheardEntry(_Entry):
    """What a relay recorded while the workstation listed all studies and got one of them."""

    served: bool = Field(description="Whether the workstation got it; else nothing is told")
    bytes_to: int = Field(description="Said to the archive")
    bytes_from: int = Field(description="Said by the archive")
    spoken: Spoken = Field(description="What the workstation's first bytes are")
    first: str = Field(description="These bytes, in hexadecimal")
    wrapped: bool = Field(description="Every byte, both ways, lies in TLS records")
    names: Count = Field(description="Patients' names that could be read, of those looked for")
    excerpt: str = Field(description="A piece of what the archive said; no letter: a dot")


class ClaimEntry(_Entry):
    """One statement of a vendor's, held against what was observed."""

    clause: str
    says: str
    source: str
    claimed: Literal["yes", "no", "n/a"]
    observed: str
    evidence: tuple[str, ...]
    verdict: str = Field(description="contradicted, not confirmed, retired, confirmed ...")
    why: str


class Report(_Entry):
    """One archive: ``pacslab-report/1``."""

    schema_: Literal["pacslab-report/1"] = Field(default="pacslab-report/1", alias="schema")
    target: TargetEntry
    started: str = Field(description="ISO 8601 with offset")
    probes: tuple[ProbeEntry, ...]
    information: tuple[EvidenceEntry, ...] = ()
    exposure: ExposureEntry | None
    positive_control: PositiveControlEntry | None = Field(
        default=None, description="null where no identity was given"
    )
    claims: tuple[ClaimEntry, ...] = Field(
        default=(), description="A vendor's statements, where any were given"
    )
    overheard: OverheardEntry | None = Field(
        default=None, description="What the wire shows; null where nobody listened"
    )

    def count(self, verdict: Verdict) -> int:
        """How many probes came to a verdict."""
        return sum(entry.verdict is verdict for entry in self.probes)

    def to_json(self) -> str:
        """The text of ``report.json``."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


class DemoReport(_Entry):
    """Both archives of the demo: ``pacslab-demo/1``."""

    schema_: Literal["pacslab-demo/1"] = Field(default="pacslab-demo/1", alias="schema")
    open: Report
    secure: Report

    def to_json(self) -> str:
        """The text of the demo's ``report.json``."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema of both kinds of report, by the name of their version."""
    return {
        "pacslab-report/1": Report.model_json_schema(by_alias=True, mode="serialization"),
        "pacslab-demo/1": DemoReport.model_json_schema(by_alias=True, mode="serialization"),
    }
