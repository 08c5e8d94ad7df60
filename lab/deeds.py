"""What the clinic's own devices were served with, all of their work, beside a run's own check.

A run lets each peer do a little before and after the probes. The demo adds the whole path of
the data: every image stored, found, got and moved.
"""

from dataclasses import dataclass, field

from lab.evidence import Evidence
from lab.peers.modality import Sent
from lab.peers.workstation import Retrieved, Worked
from lab.report.model import EvidenceEntry, PositiveControlEntry, Report


@dataclass
class Deeds:
    """The deeds of modality and workstation at one archive."""

    sent: Sent
    """What became of the modality's work."""
    planted: int
    """Images that were to be stored, by all devices."""
    by_legacy: Sent | None = None
    """The same of a device that cannot do TLS, where there is one."""
    deeds: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    ok: bool = True

    def __post_init__(self) -> None:
        theirs = self.by_legacy.instances + self.by_legacy.failed if self.by_legacy else 0
        over = f" over {self.sent.tls}" if self.sent.tls else ""
        self._sent("MODALITY", self.sent, self.planted - theirs, over)
        if self.by_legacy is not None:
            self._sent("LEGACY", self.by_legacy, theirs, " through its side-car, which speaks TLS")

    def _sent(self, title: str, sent: Sent, planted: int, over: str) -> None:
        self._note(
            f"{title} C-STORE: {sent.instances} of {planted} images{over}",
            sent.evidence,
            ok=sent.instances == planted,
            anything=sent.instances > 0,
        )
        if self.sent.asked:
            vouched = f"{self.sent.committed} of {self.sent.asked} images vouched for"
            self._note(
                f"MODALITY Storage Commitment: {vouched}",
                self.sent.evidence,
                ok=self.sent.committed == self.sent.asked,
                anything=self.sent.committed > 0,
            )

    def work(self, worked: Worked) -> None:
        """Add what the workstation found, got and had moved."""
        self._note(
            f"WORKSTATION C-FIND: {worked.found} of {worked.patients} patients",
            worked.evidence,
            ok=worked.found == worked.patients,
            anything=worked.found > 0,
        )
        self._retrieved("WORKSTATION C-GET", worked.got)
        self._retrieved("WORKSTATION C-MOVE", worked.moved)

    def _retrieved(self, service: str, retrieved: Retrieved) -> None:
        images = f"{retrieved.identical} of {retrieved.expected} identical images"
        how = " over mutual TLS" if retrieved.tls else ""
        self._note(
            f"{service}: {images}{how}",
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
        """Put the deeds after those of the run's own check; both must be well."""
        checked = report.positive_control
        if checked is None:
            return report
        evidence = (*(_entry(seen) for seen in self.evidence), *checked.evidence)
        return report.model_copy(
            update={
                "positive_control": PositiveControlEntry(
                    peer=checked.peer,
                    did=(*checked.did, *self.deeds),
                    ok=self.ok and checked.ok,
                    reached=checked.reached,
                    evidence=evidence,
                )
            }
        )


def _entry(seen: Evidence) -> EvidenceEntry:
    return EvidenceEntry(layer=seen.layer, text=seen.text, code=seen.code)
