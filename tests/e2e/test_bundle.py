"""A bundle in a room without a network: the lines of its INSTALL are run as they stand, in a network
namespace with nothing but loopback, once with an engine that has never seen an image.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.engine,
    pytest.mark.timeout(900),
    pytest.mark.program("unshare", "ip", "sha256sum"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a container engine"),
]
ENGINE = Path(__file__).parents[2] / "compose" / "engine"
BEGIN = """
set -euo pipefail
ip link set lo up
"""
WITH_ENGINE = """
settings=$("$ENGINE/up" "$ROOM")
trap '"$ENGINE/down" "$ROOM"' EXIT
eval "$settings"
docker images --quiet >"$SEEN/images.before"
"""
LOOK = """
.venv/bin/pacslab status --json >"$SEEN/{}.json"
.venv/bin/pacslab down
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("usb") / "bundle"
    result = CliRunner().invoke(app, ["bundle", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def lines_of(bundle):
    """The commands of INSTALL: the lines that are set in; those that load come last."""
    text = (bundle / "INSTALL").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    loading = [line for line in lines if "bundle load" in line]
    return [line for line in lines if line not in loading], loading


@pytest.fixture
def offline(bundle, tmp_path, program):
    """Run a script in the bundle's folder, where there is no network."""
    (tmp_path / "bin").mkdir()
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (tmp_path / "bin" / python).symlink_to(sys._base_executable)
    docker = Path(shutil.which("docker")).parent

    def run(*lines):
        with tempfile.TemporaryDirectory(prefix="room-", dir="/var/tmp") as room:
            environment = {
                "PATH": f"{tmp_path / 'bin'}:{docker}:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": str(tmp_path),
                "LC_ALL": "C.UTF-8",
                "DOCKER_CONFIG": os.environ.get("DOCKER_CONFIG", str(Path.home() / ".docker")),
                "ENGINE": str(ENGINE),
                "ROOM": f"{room}/e",
                "SEEN": str(tmp_path),
                **{name: text for name, text in os.environ.items() if name.startswith("PACSLAB_")},
            }
            return subprocess.run(
                [program("unshare"), "--net", "bash", "-c", "\n".join([BEGIN, *lines])],
                cwd=bundle,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=840,
            )

    return run


def test_the_room_gets_its_lab_in_containers_and_as_processes(bundle, offline, tmp_path):
    install, loading = lines_of(bundle)
    in_containers, as_processes = (f"{line} --patients 1 --size small" for line in loading)

    seen = {engine: LOOK.format(engine) for engine in ("docker", "process")}
    done = offline(
        WITH_ENGINE, *install, in_containers, seen["docker"], as_processes, seen["process"]
    )

    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert (tmp_path / "images.before").read_text() == ""
    for engine in ("docker", "process"):
        seen = json.loads((tmp_path / f"{engine}.json").read_text())
        assert seen["engine"] == engine
        assert seen["open"]["running"]
        assert seen["secure"]["running"]
    assert "building the images" not in done.stdout


def test_a_changed_byte_of_an_image_is_refused_before_the_engine_sees_it(bundle, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy, copy_function=os.link)
    (copy / "images.tar").unlink()
    shutil.copy(bundle / "images.tar", copy / "images.tar")
    with (copy / "images.tar").open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)
        file.seek(1_000_000)
        file.write(bytes([byte[0] ^ 1]))

    result = CliRunner().invoke(app, ["bundle", "load", str(copy)])

    assert result.exit_code == 2
    assert "images.tar was changed" in result.stderr
