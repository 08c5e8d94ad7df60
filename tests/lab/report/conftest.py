"""Reports made by hand: what a demo looks like when all goes well, and when it does not."""

import pytest
from PIL import Image

from lab.overheard import Spoken
from lab.pictures import Picture
from lab.probe import Answer
from lab.report.model import Count, DemoReport, OverheardEntry
from lab.verdict import SECURE_BUT_BROKEN, Verdict
from tests.lab.reports_by_hand import FRIEND, REFUSAL, open_report, secure_report


@pytest.fixture
def reports():
    """Demos by what they show."""
    refused = FRIEND.model_copy(update={"ok": False, "did": (), "evidence": (REFUSAL,)})
    away = refused.model_copy(update={"reached": False})
    secure = {
        "shown": secure_report(),
        "broken": secure_report(Verdict.FAIL, refused, why=SECURE_BUT_BROKEN),
        "down": secure_report(
            Verdict.INCONCLUSIVE, away, answer=Answer.UNKNOWN, why="nothing was reached"
        ),
        "leaks": secure_report(Verdict.FAIL, answer=Answer.YES, obtained=True),
        "writes": secure_report(writable=True),
        "friendless": secure_report(Verdict.PASS, None),
        "partly unknown": secure_report(Verdict.INCONCLUSIVE, answer=Answer.UNKNOWN),
        "not tested": secure_report(Verdict.NOT_TESTED, answer=Answer.UNKNOWN),
    }
    demos = {name: DemoReport(open=open_report(), secure=report) for name, report in secure.items()}
    demos["four patients"] = DemoReport(
        open=open_report(patients=4), secure=secure_report(patients=4)
    )
    demos["closed"] = DemoReport(open=secure_report(), secure=secure_report())
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
