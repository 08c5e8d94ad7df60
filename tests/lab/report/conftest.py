"""Reports made by hand: what a demo looks like when all goes well, and when it does not."""

import pytest
from PIL import Image

from lab.evidence import Layer
from lab.overheard import Spoken
from lab.pictures import Picture
from lab.probe import Answer, Severity
from lab.report.model import (
    Count,
    DemoReport,
    EvidenceEntry,
    ExposureEntry,
    OverheardEntry,
    PositiveControlEntry,
    ProbeEntry,
    Report,
    TargetEntry,
)
from lab.verdict import SECURE_BUT_BROKEN, Verdict

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


def _open(patients=16):
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


def _secure(verdict=Verdict.PASS, friend=FRIEND, answer=Answer.NO, why="refused", **more):
    def asked(name):
        return _probe(name, answer, verdict, REFUSAL, why)

    settings = {"writable": False, "obtained": False} | more
    return _report("secure", asked, "L1", friend=friend, tls=True, **settings)


@pytest.fixture
def reports():
    """Demos by what they show."""
    refused = FRIEND.model_copy(update={"ok": False, "did": (), "evidence": (REFUSAL,)})
    away = refused.model_copy(update={"reached": False})
    secure = {
        "shown": _secure(),
        "broken": _secure(Verdict.FAIL, refused, why=SECURE_BUT_BROKEN),
        "down": _secure(
            Verdict.INCONCLUSIVE, away, answer=Answer.UNKNOWN, why="nothing was reached"
        ),
        "leaks": _secure(Verdict.FAIL, answer=Answer.YES, obtained=True),
        "writes": _secure(writable=True),
        "friendless": _secure(Verdict.PASS, None),
        "partly unknown": _secure(Verdict.INCONCLUSIVE, answer=Answer.UNKNOWN),
        "not tested": _secure(Verdict.NOT_TESTED, answer=Answer.UNKNOWN),
    }
    demos = {name: DemoReport(open=_open(), secure=report) for name, report in secure.items()}
    demos["four patients"] = DemoReport(open=_open(patients=4), secure=_secure(patients=4))
    demos["closed"] = DemoReport(open=_secure(), secure=_secure())
    return demos


@pytest.fixture
def tapped(reports):
    """A demo with a tap on the wire; anything of the hardened archive's entry may be another."""

    def demo(**secure):
        plain = OverheardEntry(
            served=True,
            bytes_to=1243,
            bytes_from=1880350,
            spoken=Spoken.DICOM,
            first="01 00 00 00",
            wrapped=False,
            names=Count(obtained=16, planted=16),
            excerpt="PN..Sato^Hana<b>.",
        )
        tls = {
            "spoken": Spoken.TLS,
            "wrapped": True,
            "names": Count(obtained=0, planted=16),
            "first": "16 03 01 02",
            "excerpt": "..Kx.",
        }
        shown = reports["shown"]
        return DemoReport(
            open=shown.open.model_copy(update={"overheard": plain}),
            secure=shown.secure.model_copy(
                update={"overheard": plain.model_copy(update=tls | secure)}
            ),
        )

    return demo


@pytest.fixture
def picture():
    """A picture whose patient's name is an attack."""
    return Picture(
        patient_name="Evil^<script>alert(1)</script>",
        patient_id='"><img src=x>',
        birth_date="19700102",
        sex="F",
        modality="DX",
        study_description="Chest",
        view="PA",
        study_date="20190917",
        institution="St. Example",
        referring_physician="Sato^Hana=佐藤^花",
        order=("1", "1", 1, 1),
        image=Image.new("L", (300, 360), 90),
    )
