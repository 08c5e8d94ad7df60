"""The images: what they hold, what they do not hold, and who runs in them."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import docker
import pytest

ROOT = Path(__file__).parents[2]
IMAGES = ("pacslab", "pacslab-sidecar", "pacslab-balancer", "pacslab-postgresql")


@pytest.fixture(scope="module")
def engine():
    client = docker.from_env()
    yield client
    client.close()


def said(engine, image, *command):
    """What a command in the image prints; read when it has ended: a log that is followed may
    lose its end in engine 20.10.
    """
    container = engine.containers.create(
        image, list(command), entrypoint="", network_mode="none", read_only=True
    )
    try:
        container.start()
        assert container.wait(timeout=60)["StatusCode"] == 0, container.logs().decode()
        return container.logs().decode()
    finally:
        container.remove(force=True)


@pytest.mark.engine
@pytest.mark.parametrize("image", IMAGES)
def test_nobody_in_an_image_is_root_and_no_compiler_is_there(engine, image):
    tools = "pip pip3 gcc cc make git curl wget"

    found = said(
        engine, image, "sh", "-c", f"id -u; for t in {tools}; do command -v $t; done; true"
    )

    assert found.split() == ["10001"]
    assert engine.images.get(image).attrs["Config"]["User"] == "10001:10001"


@pytest.mark.engine
@pytest.mark.parametrize("image", IMAGES)
def test_an_image_says_what_it_is_and_what_is_in_it(engine, image):
    labels = engine.images.get(image).labels
    listed = json.loads(said(engine, image, "cat", "/usr/share/sbom/debian.cdx.json"))
    installed = said(engine, image, "dpkg-query", "-W", "-f", "${Package}\n").split()

    assert labels["org.opencontainers.image.title"].startswith("pacslab")
    assert labels["org.opencontainers.image.base.name"] == "debian:trixie-slim"
    assert listed["bomFormat"] == "CycloneDX"
    assert set(installed) <= {component["name"] for component in listed["components"]}


@pytest.mark.engine
def test_the_labs_image_lists_every_python_package_that_it_holds(engine):
    listed = json.loads(said(engine, "pacslab", "cat", "/usr/share/sbom/python.cdx.json"))
    script = "import importlib.metadata as m; print(*{d.name.lower() for d in m.distributions()})"
    held = {
        name.replace("_", "-")
        for name in said(engine, "pacslab", "python3", "-c", script).lower().split()
    }
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    names = {component["name"].lower().replace("_", "-") for component in listed["components"]}

    assert names == held - {"pacslab"}
    assert listed["metadata"]["component"]["name"] == "pacslab"
    assert held - {"pacslab"} <= locked
    assert not held & {"pip", "setuptools"}


@pytest.mark.engine
def test_the_labs_image_is_the_version_of_the_sources(engine):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]

    assert engine.images.get("pacslab").labels["org.opencontainers.image.version"] == version
    assert said(engine, "pacslab", "pacslab", "--version").split()[-1] == version


@pytest.mark.engine
def test_volumes_take_over_an_owner_who_can_write(engine):
    folders = "/authority /keys /var/lib/pacslab/archive /var/lib/pacslab/audit"

    owners = said(engine, "pacslab", "sh", "-c", f"stat -c '%u %a' {folders}").splitlines()

    assert owners == ["10001 700"] * len(folders.split())


@pytest.mark.engine
def test_a_tmpfs_takes_over_a_mode_in_which_everybody_can_write(engine):
    """Whoever mounts it: docker and podman each leave it to root."""
    assert said(engine, "pacslab", "stat", "-c", "%a", "/scratch").strip() == "1777"


@pytest.mark.program("git")
def test_nothing_of_the_builder_reaches_the_engine(program):
    git = subprocess.run(
        [program("git"), "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split()
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert "*" in ignored  # what is not named is not sent
    sent = {line[1:] for line in ignored if line.startswith("!")}
    assert all(any(path == name or path.startswith(f"{name}/") for path in git) for name in sent)
