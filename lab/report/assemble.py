"""Makes the report of one archive from what a run and the exposure found."""

from collections.abc import Mapping, Sequence

from lab.evidence import Evidence
from lab.exposure import Exposure
from lab.fixes import fixes
from lab.maps import clauses_of
from lab.overheard import Overheard
from lab.peers.glance import Glanced
from lab.report.model import (
    Count,
    EvidenceEntry,
    ExposureEntry,
    Level,
    OverheardEntry,
    PositiveControlEntry,
    ProbeEntry,
    Report,
    TargetEntry,
)
from lab.run import Finding, Outcome
from lab.scene import Scene
from lab.verdict import ExitCode, PositiveControl, exit_code

LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3", "L4", "L5", "L6")


def assemble(
    scene: Scene,
    outcome: Outcome,
    exposure: Exposure | None,
    *,
    closed_by: Mapping[str, Sequence[str]] | None = None,
    information: Sequence[Evidence] = (),
    wire: tuple[Overheard, Glanced] | None = None,
) -> Report:
    """Put everything together.

    Args:
        scene: what was asked.
        outcome: what the probes found.
        exposure: None where it was not measured.
        closed_by: probe id to the names of the controls that stop it (from the catalogue).
        information: what a stranger learns without being let in; no verdict.
        wire: what a tap recorded, and what the peer whom it recorded was served.
    """
    stops = closed_by or {}
    return Report(
        target=TargetEntry(
            name=scene.name,
            host=scene.door.host,
            port=scene.door.port,
            tls=scene.door.tls,
            ae_title=scene.ae_title,
        ),
        started=outcome.started,
        probes=tuple(_probe(one, stops.get(one.probe.id, ())) for one in outcome.findings),
        information=_seen(information),
        exposure=_exposure(exposure) if exposure else None,
        positive_control=_friend(outcome.positive_control),
        overheard=_overheard(*wire) if wire else None,
    )


def _seen(evidence: Sequence[Evidence]) -> tuple[EvidenceEntry, ...]:
    return tuple(EvidenceEntry(layer=e.layer, text=e.text, code=e.code) for e in evidence)


def _probe(found: Finding, closed_by: Sequence[str]) -> ProbeEntry:
    asked = found.probe
    return ProbeEntry(
        id=asked.id,
        question=asked.question,
        answer=found.answered.answer,
        verdict=found.judgement.verdict,
        severity=asked.severity,
        standard=asked.standard,
        holds=asked.holds,
        lacks=asked.lacks,
        evidence=_seen(found.answered.evidence),
        why=found.judgement.why,
        closed_by=tuple(closed_by),
        fix=asked.fix,
        fixes=dict(fixes(asked.page)),
        clauses=clauses_of(asked.id, closed_by),
        seconds=round(found.seconds, 3),
    )


def _exposure(exposure: Exposure) -> ExposureEntry:
    return ExposureEntry(
        level=LEVELS[exposure.level],
        writable=exposure.writable,
        patients=Count(
            obtained=exposure.patients_obtained,
            planted=exposure.patients_planted,
            at_least=exposure.at_least,
        ),
        images=Count(
            obtained=exposure.images_obtained,
            planted=exposure.images_planted,
            identical=exposure.images_identical,
            at_least=exposure.at_least,
        ),
        seconds=round(exposure.seconds, 3),
        evidence=_seen(exposure.evidence),
    )


def _overheard(heard: Overheard, glanced: Glanced) -> OverheardEntry:
    return OverheardEntry(
        served=glanced.ok,
        bytes_to=heard.bytes_to,
        bytes_from=heard.bytes_from,
        spoken=heard.spoken,
        first=heard.first,
        wrapped=heard.wrapped,
        names=Count(obtained=heard.names_read, planted=heard.names_sought),
        excerpt=heard.excerpt,
    )


def _friend(friend: PositiveControl | None) -> PositiveControlEntry | None:
    if friend is None:
        return None
    return PositiveControlEntry(
        peer=friend.peer,
        did=friend.did,
        ok=friend.ok,
        reached=friend.reached,
        evidence=_seen(friend.evidence),
    )


def exit_code_of(report: Report) -> ExitCode:
    """Exit code of a run that wrote this report."""
    return exit_code(entry.verdict for entry in report.probes)
