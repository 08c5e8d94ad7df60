"""The whole story as its user calls it, in containers and as processes: the same report."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.probes import PROBES
from lab.report.model import DemoReport

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PATIENTS = 2


@dataclass(frozen=True)
class Told:
    """What a demo said and left."""

    code: int
    said: str
    out: Path

    @property
    def report(self):
        return DemoReport.model_validate_json((self.out / "report.json").read_bytes())

    @property
    def raw(self):
        return json.loads((self.out / "report.json").read_text(encoding="utf-8"))


def tell(engine, folder):
    (temporary := folder / "tmp").mkdir(parents=True)
    arguments = ["--patients", str(PATIENTS), "--size", "small", "--out", str(folder / "out")]
    ended = subprocess.run(
        [sys.executable, "-m", "lab", "demo", "--engine", engine, *arguments],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert list(temporary.iterdir()) == [], "the lab's folder is gone"
    return Told(ended.returncode, ended.stdout + ended.stderr, folder / "out")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Both demos, one after the other: the machine of a test is small."""
    return {name: tell(name, tmp_path_factory.mktemp(name)) for name in ("docker", "process")}


@pytest.fixture(scope="module")
def docker(told):
    return told["docker"]


def test_it_shows_what_it_should(docker):
    assert docker.code == 0, docker.said
    asked = len(docker.report.open.probes)
    both = sum(probe.answer == "no" for probe in docker.report.open.probes)  # built in
    said = f"open: {both} pass, {asked - both} fail; secure: "
    assert docker.said.splitlines()[-1].startswith(said)


def test_the_open_archive_leaks_all_and_the_hardened_one_nothing(docker):
    leaked, kept = docker.report.open.exposure, docker.report.secure.exposure
    assert leaked.text == "L6+W"
    assert leaked.patients.obtained == leaked.patients.planted == PATIENTS
    assert leaked.images.obtained == leaked.images.planted == leaked.images.identical
    assert (kept.patients.obtained, kept.images.obtained, kept.writable) == (0, 0, False)
    assert kept.images.planted == leaked.images.planted


def test_every_stolen_image_lies_there_as_a_picture(docker):
    assert len(list((docker.out / "stolen").glob("*.png"))) == (
        docker.report.open.exposure.images.planted
    )
    page = (docker.out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") == PATIENTS


@pytest.mark.parametrize("which", ["open", "secure"])
def test_every_verdict_is_that_of_the_process_engine(told, which):
    found = {
        name: {
            probe.id: (probe.answer, probe.verdict) for probe in getattr(one.report, which).probes
        }
        for name, one in told.items()
    }
    assert found["docker"] == found["process"]
    passed = {name for name, (_, verdict) in found["docker"].items() if verdict == "pass"}
    failed = {name for name, (_, verdict) in found["docker"].items() if verdict == "fail"}
    built_in = {probe.id for probe in PROBES if probe.built_in}
    assert passed | failed == set(found["docker"])
    assert passed == {"open": built_in, "secure": set(found["docker"])}[which]


def shape(value):
    """The names in a report, without its values and the lengths of its lists."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_report_has_the_same_shape_and_the_same_questions(told):
    docker, process = told["docker"].raw, told["process"].raw
    assert docker["schema"] == "pacslab-demo/1"
    for which in ("open", "secure"):
        docker[which]["information"] = process[which]["information"] = []
    assert shape(docker) == shape(process)
    same = ("id", "question", "severity", "standard", "holds", "lacks", "closed_by", "fix")
    for which in ("open", "secure"):
        told_of = [
            [{name: probe[name] for name in same} for probe in one[which]["probes"]]
            for one in (docker, process)
        ]
        assert told_of[0] == told_of[1]


def test_the_clinics_own_devices_do_all_their_work_on_the_hardened_one(docker):
    images = docker.report.open.exposure.images.planted
    friend = docker.report.secure.positive_control
    assert friend.ok, friend.evidence
    stored = [deed for deed in friend.did if " C-STORE: " in deed]
    assert [deed.split()[0] for deed in stored] == ["MODALITY", "LEGACY"]
    assert stored[0].endswith("over TLSv1.3")
    assert stored[1].endswith("through its side-car, which speaks TLS")
    assert sum(int(re.search(r"(\d+) of \1 images", deed)[1]) for deed in stored) == images
    assert [deed for deed in friend.did if deed.startswith("WORKSTATION C-")] == [
        f"WORKSTATION C-FIND: {PATIENTS} of {PATIENTS} patients",
        f"WORKSTATION C-GET: {images} of {images} identical images over mutual TLS",
        f"WORKSTATION C-MOVE: {images} of {images} identical images over mutual TLS",
    ]


@pytest.mark.parametrize("engine", ["docker", "process"])
def test_a_tap_on_the_wire_shows_names_or_nothing_but_tls(told, engine):
    plain, wrapped = (getattr(told[engine].report, which).overheard for which in ("open", "secure"))
    assert plain.served
    assert wrapped.served
    assert (plain.spoken, plain.first[:5], plain.wrapped) == ("DICOM", "01 00", False)
    assert (wrapped.spoken, wrapped.first[:5], wrapped.wrapped) == ("TLS", "16 03", True)
    assert plain.names.obtained == plain.names.planted == PATIENTS
    assert (wrapped.names.obtained, wrapped.names.planted) == (0, PATIENTS)
    page = (told[engine].out / "report.html").read_text(encoding="utf-8")
    assert "What somebody on the wire has" in page
