"""Reports made by hand."""

from lab.evidence import Layer
from lab.probe import Answer, Severity
from lab.report.model import (
    Count,
    EvidenceEntry,
    ExposureEntry,
    PositiveControlEntry,
    ProbeEntry,
    Report,
    TargetEntry,
)
from lab.verdict import Verdict

QUESTIONS = {
    "list_patients": "Can a stranger list every patient?",
    "retrieve_images": "Can a stranger retrieve images by C-GET?",
    "plaintext": "Is plaintext served on the TLS port?",
}
REFUSAL = EvidenceEntry(
    layer=Layer.TLS, text="TLS alert certificate_required (116) from the archive", code="alert 116"
)
LEAK = EvidenceEntry(layer=Layer.DATA, text="16 patients were listed", code="")


def _probe(name, answer, verdict, evidence, why):
    return ProbeEntry(
        id=name,
        question=QUESTIONS[name],
        answer=answer,
        verdict=verdict,
        severity=Severity.HIGH,
        standard=("PS3.8 9.3.4",),
        holds=("the address",),
        lacks=("a certificate",),
        evidence=(evidence,),
        why=why,
        closed_by=("tls", "calling_ae"),
        fix="Demand certificates.",
    )


def _report(name, probe, level, *, writable, obtained, friend, tls, patients=16):
    exposure = ExposureEntry(
        level=level,
        writable=writable,
        patients=Count(obtained=patients if obtained else 0, planted=patients),
        images=Count(
            obtained=271 if obtained else 0, planted=271, identical=271 if obtained else None
        ),
        seconds=3.2,
    )
    return Report(
        target=TargetEntry(
            name=name, host="127.0.0.1", port=11112, tls=tls, ae_title=f"PACS-{name.upper()}"
        ),
        started="2026-01-01T12:00:00+00:00",
        probes=tuple(probe(question) for question in QUESTIONS),
        exposure=exposure,
        positive_control=friend,
    )


FRIEND = PositiveControlEntry(
    peer="MODALITY and WORKSTATION",
    did=("MODALITY C-ECHO", "MODALITY C-STORE: 271 of 271 images over TLSv1.3"),
    ok=True,
)


def open_report(patients=16):
    def leaks(name):
        return _probe(name, Answer.YES, Verdict.FAIL, LEAK, "the attempt succeeded")

    return _report(
        "open",
        leaks,
        "L6",
        writable=True,
        obtained=True,
        friend=FRIEND,
        tls=False,
        patients=patients,
    )


def secure_report(verdict=Verdict.PASS, friend=FRIEND, answer=Answer.NO, why="refused", **more):
    def asked(name):
        return _probe(name, answer, verdict, REFUSAL, why)

    settings = {"writable": False, "obtained": False} | more
    return _report("secure", asked, "L1", friend=friend, tls=True, **settings)
