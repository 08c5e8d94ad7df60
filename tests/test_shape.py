"""The shape of the house: every module has its test, every lock entry its hash, every figure its place."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from lab import catalogue
from lab.fixes import PRODUCTS, fixes
from lab.maps import all_maps, clauses_of, questions
from lab.probes import PROBES

ROOT = Path(__file__).parent.parent
PACKAGES = ("lab", "pacs_open", "pacs_secure", "sample_images")
TOP_LEVEL = {
    "lab",
    "pacs_secure",
    "pacs_open",
    "sample_images",
    "tests",
    "compose",
    "pyproject.toml",
}
LONGEST = 300
REASON = "# Longer than 300 lines because"


MODULES = [
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name not in {"__init__.py", "__main__.py"}
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_its_test_file(module):
    expected = ROOT / "tests" / module.parent / f"test_{module.name}"

    assert expected.is_file(), f"write {expected.relative_to(ROOT)} for {module}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_short_or_says_why_not(module):
    text = (ROOT / module).read_text(encoding="utf-8")

    assert len(text.splitlines()) <= LONGEST or REASON in text


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_begins_with_its_purpose(module):
    assert (ROOT / module).read_text(encoding="utf-8").startswith(('"""', 'r"""'))


def test_the_top_level_is_the_agreed_one():
    folders = {path.parent.name for path in ROOT.glob("*/*.py")} - {"out", "build"}

    assert folders <= TOP_LEVEL
    assert all((ROOT / name).exists() for name in TOP_LEVEL)


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "compose/requirements-sbom.lock"]
)
def test_a_lock_file_holds_versions_and_hashes_and_no_addresses(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())

    assert entries
    assert all(re.match(r"^[a-z0-9._-]+==\S+", entry) for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index-url" not in text


def test_every_dependency_stands_in_the_lock_file():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    for dependency in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9-]+", dependency).group()
        assert re.search(rf"^{name}==", locked, re.MULTILINE | re.IGNORECASE), name


@pytest.mark.program("git")
def test_no_key_certificate_or_image_is_committed(program):
    if not (ROOT / ".git").exists():
        return  # an unpacked source archive has nothing that could be committed
    listed = subprocess.run(
        [program("git"), "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()

    assert not [name for name in listed if name.endswith((".pem", ".key", ".dcm", ".crt", ".p12"))]


@pytest.mark.program("make")
def test_make_alone_lists_what_there_is_to_do(program):
    said = subprocess.run(
        [program("make"), "--no-print-directory"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    for goal in ("demo", "test", "lint", "bench"):
        assert f"make {goal}" in said


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_every_probe_says_how_to_close_it_in_every_product(probe):
    assert tuple(fixes(probe.page)) == PRODUCTS, f"end the page of {probe.id} as lab/fixes.py says"


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_every_probe_stands_with_a_clause_of_some_rule(probe):
    said = f"name the control that closes {probe.id}, or write it into lab/maps/questions.toml"

    assert clauses_of(probe.id, catalogue.closed_by()[probe.id]), said


def test_every_group_of_questions_holds_probes():
    ids = {probe.id for probe in PROBES}

    assert all(set(group) <= ids for group in questions().values())


@pytest.mark.parametrize("control", [page.name for page in catalogue.controls()])
def test_every_control_serves_clauses_of_several_rules(control):
    if control in {"audit", "tls"}:
        return  # audit makes no claim on the wire; what tls closes is told probe by probe
    serving = [
        one.name for one in all_maps() if any(control in clause.closed_by for clause in one.clauses)
    ]

    assert len(serving) > 2, f"write {control} into the maps in lab/maps"
