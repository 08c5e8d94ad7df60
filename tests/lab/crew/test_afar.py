"""The crew afar: the same as the crew here, by stations that run as processes of their own."""

import json
import threading

import pytest

from lab import revoking
from lab.crew import Load, StationError
from lab.crew.afar import SHORTEST, CrewAfar
from lab.engines import EngineError
from lab.overheard import Spoken
from lab.probe import Answer, Untold
from lab.probes import PROBES
from lab.verdict import Verdict
from sample_images.manifest import Manifest
from sample_images.size import Size


@pytest.fixture(scope="module")
def afar(stations):
    return CrewAfar(stations.speak, stations.brief)


@pytest.fixture(scope="module")
def filled(afar, load, quiet):
    return afar.fill(load, quiet)


@pytest.fixture
def no_key():
    return Manifest(seed=1, size=Size.SMALL, patients=())


def test_the_modality_station_fills_both_and_leaves_no_image_behind(filled, filled_here, stations):
    assert filled.answer_key == filled_here.answer_key
    assert filled.sent["open"] == filled_here.sent["open"]
    assert (filled.sent["secure"].ok, filled.sent["secure"].tls) == (True, "TLSv1.3")
    for station in ("modality", "legacy-modality"):
        assert list((stations.folder / station / "images").iterdir()) == []


def test_the_last_patients_images_come_from_the_device_without_tls(filled):
    """That all of them are there, bit for bit, is what the workstation finds."""
    last = len(list(filled.answer_key.patients[-1].instances()))
    planted = len(list(filled.answer_key.instances()))
    assert (filled.by_legacy.instances, filled.by_legacy.failed) == (last, 0)
    assert filled.by_legacy.tls == ""
    assert filled.sent["secure"].instances == planted - last


def test_a_single_patient_is_sent_by_the_modality_alone(quiet):
    asked = []

    def speak(service, order):
        asked.append((service, json.loads(order)))
        sent = {"instances": 1, "reached": True}
        key = {"schema": "pacslab-manifest/1", "seed": 1, "size": "small", "patients": []}
        yield line(result={"answer_key": key, "sent": {"open": sent, "secure": sent}})

    filled = CrewAfar(speak, no_pki).fill(Load(patients=1, seed=1, size=Size.SMALL), quiet)
    assert filled.by_legacy is None
    assert [(service, told["last"]) for service, told in asked] == [("modality", {})]


def test_the_workstation_station_works_where_its_listener_stands(afar, filled):
    told = []
    worked = afar.work(filled.answer_key, told.append)

    assert worked.found == worked.patients == 2
    assert (worked.got.ok, worked.moved.ok) == (True, True)
    assert (worked.got.tls, worked.moved.tls) == (True, True)
    assert told[-1] == 2 * worked.got.expected


def test_the_stranger_station_brings_back_the_same_as_the_stranger_here(
    afar, here, filled, filled_here
):
    for which in ("open", "secure"):
        shown, shown_here, told = [], [], []
        measured = afar.measure(which, filled.answer_key, shown.append, told.append)
        same = here.measure(which, filled_here.answer_key, shown_here.append, lambda count: None)

        assert counted(measured) == counted(same)
        assert told[-1:] == ([len(shown)] if shown else [])
        shown.sort(key=lambda picture: picture.order)
        shown_here.sort(key=lambda picture: picture.order)
        assert shown == shown_here
        assert [one.image.tobytes() for one in shown] == [one.image.tobytes() for one in shown_here]


def counted(measured):
    return (
        measured.text,
        measured.patients_obtained,
        measured.patients_planted,
        measured.images_obtained,
        measured.images_planted,
        measured.images_identical,
        measured.at_least,
        measured.size,
    )


@pytest.mark.parametrize("which", ["open", "secure"])
def test_every_verdict_is_the_one_of_the_crew_here(afar, here, filled, filled_here, which):
    told = []
    scene, outcome = afar.ask(which, filled.answer_key, lambda *step: told.append(step))
    _, same = here.ask(which, filled_here.answer_key, lambda *step: None)

    assert judged(outcome) == judged(same)
    assert outcome.positive_control.ok, outcome.positive_control.evidence
    titles = {"EXAM-MODALITY", "EXAM-WORKSTATION", "EXAM-VISITOR", "EXAM-READER"}
    assert set(outcome.positive_control.peer.split(", ")) == titles
    assert [what.removeprefix("EXAM-") for what in outcome.positive_control.did] == list(
        same.positive_control.did
    )
    assert (scene.name, scene.ae_title) == (which, f"PACS-{which.upper()}")
    assert (scene.door.tls) == (which == "secure")
    assert told[-1][:2] == (len(PROBES), len(PROBES))


def judged(outcome):
    return {
        found.probe.id: (found.answered.answer, found.judgement.verdict)
        for found in outcome.findings
    }


@pytest.mark.parametrize("which", ["open", "secure"])
def test_a_tap_on_the_way_has_every_name_or_nothing_but_tls(afar, here, filled, filled_here, which):
    for crew, key in ((afar, filled.answer_key), (here, filled_here.answer_key)):
        heard, glanced = crew.overhear(which, key)

        assert glanced.ok, glanced.evidence
        assert glanced.studies >= heard.names_sought == 2
        if which == "open":
            assert (heard.spoken, heard.wrapped, heard.names_read) == (Spoken.DICOM, False, 2)
        else:
            assert (heard.spoken, heard.wrapped, heard.names_read) == (Spoken.TLS, True, 0)


class Faulty:
    """Speaks with the stations, but one of them fails at one kind of order."""

    def __init__(self, speak, service, do, says):
        self._speak, self._service, self._do, self._says = speak, service, do, says

    def __call__(self, service, order):
        told = json.loads(order)
        if (service, told["do"]) == (self._service, self._do):
            yield from self._says
            return
        yield from self._speak(service, order)


GREETED = {
    "door": {"host": "pacs", "port": 1, "tls": False},
    "ae_title": "PACS",
    "friend": {"peer": "A", "did": ["A C-ECHO"], "ok": True, "reached": True, "evidence": []},
    "wanted": None,
}


def no_pki(_question, _seconds):
    raise AssertionError("no certificate is made where plaintext is spoken")


def line(**said):
    return json.dumps(said).encode()


def answers(service, order):
    """Every question is answered no; every friend is served."""
    told = json.loads(order)
    match told["do"]:
        case "greet":
            yield line(result=GREETED)
        case "greet again":
            yield line(result=GREETED["friend"])
        case _:
            yield line(
                result=[
                    {"probe": name, "answered": {"answer": "no"}, "seconds": 0.1}
                    for name in told["probes"]
                ]
            )


@pytest.mark.parametrize(
    ("service", "asked_of"),
    [("stranger", lambda probe: not probe.issued), ("examiner", lambda probe: probe.issued)],
)
def test_a_station_that_fails_is_a_fault_of_the_lab_and_never_an_answer(service, asked_of, no_key):
    afar = CrewAfar(Faulty(answers, service, "ask", [line(fault="out of memory")]), no_pki)
    _, outcome = afar.ask("secure", no_key, lambda *step: None)

    for found in outcome.findings:
        if asked_of(found.probe):
            assert found.answered.untold is Untold.FAULT
            assert found.judgement.verdict is Verdict.INCONCLUSIVE
            assert found.judgement.why == f"fault of the lab: {service}: out of memory"
        else:
            assert found.answered.answer is Answer.NO
            assert found.judgement.verdict is Verdict.PASS


def test_an_answer_that_is_not_brought_back_is_none(no_key):
    afar = CrewAfar(Faulty(answers, "stranger", "ask", [line(result=[])]), no_pki)
    _, outcome = afar.ask("secure", no_key, lambda *step: None)

    strange = [found for found in outcome.findings if not found.probe.issued]
    assert {found.judgement.verdict for found in strange} == {Verdict.INCONCLUSIVE}


def test_friends_that_could_not_be_asked_again_are_not_taken_for_served(no_key):
    afar = CrewAfar(Faulty(answers, "examiner", "greet again", []), no_pki)
    _, outcome = afar.ask("secure", no_key, lambda *step: None)

    assert {found.judgement.verdict for found in outcome.findings} == {Verdict.INCONCLUSIVE}
    assert "examiner: it ended without a result" in outcome.positive_control.evidence[-1].text


@pytest.mark.parametrize(
    ("service", "do", "work"),
    [
        ("examiner", "greet", lambda afar, key: afar.ask("open", key, lambda *step: None)),
        ("workstation", "work", lambda afar, key: afar.work(key, lambda count: None)),
        ("stranger", "measure", lambda afar, key: afar.measure("open", key, None, print)),
    ],
)
def test_work_that_is_not_done_is_one_line_with_the_stations_name(service, do, work, no_key):
    afar = CrewAfar(Faulty(answers, service, do, [line(fault="its keys are gone")]), no_pki)
    with pytest.raises(StationError, match=f"^{service}: its keys are gone$"):
        work(afar, no_key)


@pytest.mark.parametrize("service", ["tap", "workstation"])
def test_a_tap_or_a_workstation_that_fails_is_one_line(service, filled_here):
    heard = {
        "bytes_to": 0, "bytes_from": 0, "spoken": "nothing", "first": "", "wrapped": False,
        "names_sought": 0, "names_read": 0, "excerpt": "",
    }  # fmt: skip

    def speak(asked, _order):
        if asked == service:
            yield line(fault="out of memory")
        else:
            yield line(progress={"what": "listening", "done": 1})
            yield line(result=heard)

    with pytest.raises(StationError, match=f"^{service}: out of memory$"):
        CrewAfar(speak, no_pki).overhear("open", filled_here.answer_key)


def over_tls(service, order):
    """The same answers of an archive that speaks TLS."""
    if json.loads(order)["do"] == "greet":
        yield line(result={**GREETED, "door": {"host": "pacs", "port": 1, "tls": True}})
    else:
        yield from answers(service, order)


@pytest.mark.parametrize(
    ("question", "seconds"),
    [
        ("resumed_after_expiry", SHORTEST.total_seconds()),
        ("resumed_after_revocation", revoking.LASTS.total_seconds()),
        ("standing_after_revocation", revoking.LASTS.total_seconds()),
    ],
)
def test_a_certificate_for_one_question_is_made_when_that_is_put(question, seconds, no_key):
    events = []

    def speak(service, order):
        told = json.loads(order)
        if told["do"] == "ask" and question in told["probes"]:
            events.append((service, told["probes"], told["brief"]))
        yield from over_tls(service, order)

    made = lambda *what: events.append(what)  # noqa: E731
    CrewAfar(speak, made).ask("secure", no_key, lambda *_: None)
    own = [event for event in events if question in (event[0], event[-1])]
    assert own == [(question, seconds), ("examiner", [question], question)]


def test_a_certificate_that_is_not_made_is_a_fault_of_the_lab(no_key):
    said = "the plan names no device that gets brief certificates"

    def refuse(_question, _seconds):
        raise EngineError(f"pki: {said}")

    _, outcome = CrewAfar(over_tls, refuse).ask("secure", no_key, lambda *_: None)
    untold = {
        found.probe.id: found.judgement.why
        for found in outcome.findings
        if found.answered.answer is Answer.UNKNOWN
    }
    brief = {probe.id for probe in PROBES if probe.brief is not None}
    assert untold == dict.fromkeys(brief, f"fault of the lab: pki: {said}")


def test_questions_that_are_all_asked_alone_are_asked(no_key):
    alone = [probe for probe in PROBES if probe.alone]
    _, outcome = CrewAfar(answers, no_pki).ask("secure", no_key, lambda *_: None, alone)
    assert [found.probe for found in outcome.findings] == alone


def test_stranger_and_examiner_ask_at_the_same_time_and_what_disturbs_comes_last(no_key):
    both = threading.Barrier(5)
    alone = [probe.id for probe in PROBES if probe.alone]
    asked = []

    def speak(service, order):
        told = json.loads(order)
        if told["do"] == "ask":
            asked.append(told["probes"])
            if told["probes"][0] not in alone:
                both.wait(timeout=20)
        yield from answers(service, order)

    CrewAfar(speak, no_pki).ask("open", no_key, lambda *step: None)
    assert asked[5:] == [[name] for name in alone]
    assert not set(alone) & {name for some in asked[:5] for name in some}
