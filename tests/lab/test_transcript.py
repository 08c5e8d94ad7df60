"""What is said to an archive is written down, by probe, and bounded."""

from dataclasses import replace

from lab import transcript as transcripts
from lab.evidence import Evidence, Layer
from lab.probes import PROBES
from lab.run import run
from lab.transcript import Transcript
from lab.wire import Record


def test_pages_stand_in_their_order_with_their_subject():
    transcript = Transcript()
    first, second = transcript.about("a").open("one"), transcript.about("b").open("two")
    second.line("later")
    first.line("earlier")
    assert transcript.text() == "[a] one\n  earlier\n\n[b] two\n  later\n"


def test_an_endless_talker_fills_no_memory(monkeypatch):
    monkeypatch.setattr(transcripts, "MOST_LINES", 3)
    transcript = Transcript()
    page = transcript.about("a").open("one")
    for number in range(10):
        page.line(str(number))
    assert transcript.text().endswith("  2\n\n7 lines more were left out\n")


def test_a_run_is_written_down_and_names_nobody(wrong):
    transcript = Transcript()
    asked = [probe for probe in PROBES if probe.id in {"list_patients", "retrieve_images"}]
    run(replace(wrong, chapter=transcript.about("friend")), asked)
    said = transcript.text()
    assert "[list_patients] 127.0.0.1" in said
    assert "[friend]" in said
    assert "CommandField=0020H" in said
    assert "data set on context" in said
    assert wrong.wanted.patient_id not in said


def test_a_connection_without_an_association_has_its_page_too(wrong):
    transcript = Transcript()
    scene = replace(wrong, chapter=transcript.about("silent"))
    record = Record()
    with scene.as_stranger().connect(record):
        record.note(Evidence(Layer.TCP, "it waited"))
    assert transcript.text().endswith(", as STRANGER\n  (tcp) it waited\n")
