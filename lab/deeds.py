"""What the clinic's own devices were served with, all of their work, beside a run's own check.

A run lets each peer do a little before and after the probes. The demo adds the whole path of
the data: every image stored, found, got and moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lab.evidence import Evidence
from lab.peers.modality import Sent
from lab.peers.workstation import Retrieved, Workstation
from lab.report.model import EvidenceEntry, PositiveControlEntry, Report

AFTER = " after the probes"
"""How a run's check marks what was served after the probes."""


@dataclass
class Deeds:
    """The deeds of modality and workstation at one archive."""

    sent: Sent
    """What became of the modality's work."""
    planted: int
    """Images that were to be stored."""
    deeds: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    ok: bool = True

    def __post_init__(self) -> None:
        over = f" over {self.sent.tls}" if self.sent.tls else ""
        self._note(
            f"MODALITY stored {self.sent.instances} of {self.planted} images (C-STORE){over}",
            self.sent.evidence,
            ok=self.sent.instances == self.planted,
            anything=self.sent.instances > 0,
        )

    def work(self, workstation: Workstation) -> None:
        """Let the workstation find, get and have moved everything."""
        patients = len(workstation.answer_key.patients)
        found, evidence = workstation.find()
        self._note(
            f"WORKSTATION found {found} of {patients} patients (C-FIND)",
            evidence,
            ok=found == patients,
            anything=found > 0,
        )
        self._retrieved("WORKSTATION got {} (C-GET)", workstation.get())
        self._retrieved("WORKSTATION was sent {} (C-MOVE)", workstation.move())

    def _retrieved(self, words: str, retrieved: Retrieved) -> None:
        images = f"{retrieved.identical} of {retrieved.expected} identical images"
        how = " over mutual TLS" if retrieved.tls else ""
        self._note(
            words.format(images) + how,
            retrieved.evidence,
            ok=retrieved.ok and retrieved.tls,
            anything=retrieved.identical > 0,
        )

    def _note(self, deed: str, evidence: tuple[Evidence, ...], *, ok: bool, anything: bool) -> None:
        self.ok = self.ok and ok
        if anything:
            self.deeds.append(deed)
        if not ok:
            self.evidence += evidence

    def join(self, report: Report) -> Report:
        """Put the deeds before those of the run's own check; both must be well."""
        checked = report.positive_control
        if checked is None:
            return report
        evidence = (*(_entry(seen) for seen in self.evidence), *checked.evidence)
        return report.model_copy(
            update={
                "positive_control": PositiveControlEntry(
                    peer=checked.peer,
                    did=(*self.deeds, *_in_short(checked.did)),
                    ok=self.ok and checked.ok,
                    reached=checked.reached,
                    evidence=evidence,
                )
            }
        )


def _in_short(did: Sequence[str]) -> Iterator[str]:
    """The run's own check in two lines: what was served before the probes, and after them."""
    after = [deed for deed in did if deed.endswith(AFTER)]
    before = [deed for deed in did if deed not in after]
    if before:
        yield f"served before the questions: {', '.join(before)}"
    if after:
        yield f"served after them: {', '.join(deed.removesuffix(AFTER) for deed in after)}"


def _entry(seen: Evidence) -> EvidenceEntry:
    return EvidenceEntry(layer=seen.layer, text=seen.text, code=seen.code)
