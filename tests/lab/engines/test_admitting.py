"""Devices that come and go on a running lab of processes."""

import re
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from lab.conversation import SUCCESS
from lab.engines import EngineError, admitting
from lab.engines.process import ProcessEngine, audit_files
from lab.newcomer import Newcomer
from lab.pki import self_made
from lab.scene import Peer
from lab.scenes import secure_scene

EFFECTIVE_WITHIN = timedelta(seconds=2)


@pytest.fixture(scope="module")
def engine():
    return ProcessEngine()


@pytest.fixture(scope="module")
def lab(engine, tmp_path_factory):
    running = engine.up(tmp_path_factory.mktemp("state") / "lab", time_to_live=timedelta(minutes=5))
    yield running
    engine.down(running)


@pytest.fixture
def device(tmp_path, program):
    """A key of its own and a request for it, made as the help says."""
    made = "req -new -newkey rsa:2048 -nodes -subj /CN=x -keyout key.pem -out csr.pem"
    subprocess.run(
        [program("openssl"), *made.split()],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return tmp_path


def target(lab, title, certificate, key):
    scene = secure_scene(lab)
    return scene.target(Peer(title, frozenset({"echo"}), certificate, key))


CHANGED, ENDED = "110129", "110147"
"""EventTypeCode of Security Configuration and of Access Control Decision (PS3.16 CID 403)."""


def alerts(lab, kind, since):
    """What the trail tells of this kind: when by the archive's own clock, and the description."""
    found = []
    for line in audit_files(lab)[0].read_text("utf-8").splitlines():
        for message in re.findall("<AuditMessage>.*</AuditMessage>", line):
            event = ET.fromstring(message)  # noqa: S314 - our own archive's writing
            when = datetime.fromisoformat(event[0].get("EventDateTime"))
            codes = {one.get("csd-code") for one in event[0].iter("EventTypeCode")}
            if kind in codes and when > since:
                told = next(event.iter("ParticipantObjectDetail")).get("value")
                found.append((when, b64decode(told).decode()))
    return found


def is_told_in_time(lab, kind, words, began):
    """Whether one alert of this kind has these words; not later than demanded."""
    (when, told), *more = alerts(lab, kind, began)
    assert not more
    assert words in told
    return when - began < EFFECTIVE_WITHIN


@pytest.mark.program("openssl")
def test_a_device_comes_and_goes_within_two_seconds_and_its_session_ends(engine, lab, device):
    newcomer = Newcomer(
        name="orthanc", ae_title="ORTHANC", request=(device / "csr.pem").read_text()
    )
    began = datetime.now(UTC)
    (device / "own.pem").write_text(engine.admit(lab, newcomer))  # every worker obeys by now
    assert datetime.now(UTC) - began < EFFECTIVE_WITHIN
    assert is_told_in_time(lab, CHANGED, "calling_ae.titles + ORTHANC", began)
    orthanc = target(lab, "ORTHANC", device / "own.pem", device / "key.pem")
    with orthanc.converse() as talk:
        assert talk.echo() == SUCCESS

        began = datetime.now(UTC)
        engine.revoke(lab, "orthanc")
        assert datetime.now(UTC) - began < EFFECTIVE_WITHIN

        assert talk.echo() is None
    assert is_told_in_time(lab, CHANGED, "calling_ae.titles - ORTHANC", began)
    assert is_told_in_time(lab, ENDED, "association ended", began)
    with orthanc.converse() as talk:
        assert talk.echo() is None


def test_a_certificate_of_its_own_is_enough(engine, lab, tmp_path):
    own = self_made("console", tmp_path / "console")
    pem = own.certificate.read_text()

    engine.admit(lab, Newcomer(name="console", ae_title="CONSOLE", certificate=pem))
    with target(lab, "CONSOLE", own.certificate, own.key).converse() as talk:
        assert talk.echo() == SUCCESS
    engine.revoke(lab, "console")
    with target(lab, "CONSOLE", own.certificate, own.key).converse() as talk:
        assert talk.echo() is None


def test_what_the_archive_does_not_obey_is_withdrawn(engine, lab, tmp_path):
    pem = self_made("console", tmp_path / "console").certificate.read_text()
    with pytest.raises(EngineError, match="AE title 'MODALITY' is taken"):
        engine.admit(lab, Newcomer(name="thief", ae_title="MODALITY", certificate=pem))
    with pytest.raises(EngineError, match="a name of the lab's own"):
        engine.admit(lab, Newcomer(name="modality", ae_title="M", certificate=pem))
    with pytest.raises(EngineError, match="nobody is called thief"):
        engine.revoke(lab, "thief")
    scene = secure_scene(lab)
    with scene.target(scene.peers["visitor"]).converse() as talk:
        assert talk.echo() == SUCCESS


def test_one_of_the_labs_own_devices_can_be_revoked(engine, lab):
    scene = secure_scene(lab)
    engine.revoke(lab, "visitor")

    with scene.target(scene.peers["visitor"]).converse() as talk:
        assert talk.echo() is None
    with scene.target(scene.peers["modality"]).converse() as talk:
        assert talk.echo() == SUCCESS


def test_an_archive_that_does_not_run_is_told_of(engine, lab, tmp_path):
    pem = self_made("late", tmp_path / "late").certificate.read_text()
    engine.stop(lab, "secure")
    with pytest.raises(EngineError, match="not running"):
        engine.admit(lab, Newcomer(name="late", ae_title="LATE", certificate=pem))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b'{"event": "settings reloaded"}\n', None),
        (b'nonsense\n7\n{"event": "settings reloaded"}\n', None),
        (b'{"event": "log", "message": "not reloaded, all stays as it was: x"}\n', "not reloaded"),
        (b'{"event": "log", "mess', "within"),
        (b"", "within"),
    ],
)
def test_an_archives_word_is_awaited(said, error, monkeypatch):
    monkeypatch.setattr(admitting, "WITHIN", 0.1)
    if error is None:
        admitting.await_word(lambda: said)
    else:
        with pytest.raises(EngineError, match=error):
            admitting.await_word(lambda: said)
