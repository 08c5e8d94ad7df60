"""An engine where none answers: up, down again, and nothing left of it. It runs in a network namespace of its
own, so that it touches neither the filter nor the bridges of an engine that others use.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
import psutil
import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "compose" / "engine"
SCRIPTS = [*sorted(ENGINE.iterdir()), ROOT / ".ci" / "run", *(ROOT / "compose").glob("*-in-build")]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a container engine")

LIFE = """
set -eu
ip link set lo up
settings=$("$ENGINE/up" "$ROOM")
eval "$settings"
docker load --quiet --input "$IMAGE" >/dev/null
docker network create others >/dev/null
docker run --detach --network others --publish 127.0.0.1:8000:80 debian:trixie-slim sleep 600
echo "$(cat "$ROOM/dockerd.pid")"
iptables -S | grep -c DOCKER
"$ENGINE/down" "$ROOM"
echo "left: $(iptables -S | grep -c DOCKER) $(iptables -t nat -S | grep -c DOCKER) $(ip -o link | wc -l)"
"""


@pytest.fixture
def run(program):
    def run(script, **variables):
        environment = os.environ | {"ENGINE": str(ENGINE)} | variables
        environment.pop("DOCKER_HOST", None)
        return subprocess.run(
            [program("unshare"), "--net", "bash", "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    return run


@pytest.fixture
def room():
    # pytest's own folders are too deep for the paths of sockets.
    with tempfile.TemporaryDirectory(prefix="engine-", dir="/var/tmp") as folder:
        yield Path(folder) / "e"


@needs_root
@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.program("dockerd", "unshare")
def test_an_engine_comes_up_runs_a_container_and_leaves_nothing(run, room, tmp_path):
    image = tmp_path / "debian.tar"
    engine = docker.from_env()
    with image.open("wb") as file:
        file.writelines(engine.images.get("debian:trixie-slim").save(named="debian:trixie-slim"))
    engine.close()

    done = run(LIFE, ROOM=str(room), IMAGE=str(image))

    assert done.returncode == 0, done.stderr
    container, daemon, rules, left = done.stdout.splitlines()
    assert len(container) == 64
    assert int(rules) > 0
    assert left == "left: 0 0 1"
    assert not room.exists()
    assert not Path(f"/proc/{daemon}").exists()
    commands = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if f"{room}/" in command]


def test_a_folder_that_holds_no_engine_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work", encoding="utf-8")

    done = subprocess.run(
        [ENGINE / "down", tmp_path], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 2
    assert "left alone" in done.stderr
    assert (tmp_path / "thesis.txt").exists()


@needs_root
@pytest.mark.program("dockerd", "unshare")
def test_a_process_that_got_the_daemons_id_is_not_ended(run, room):
    room.mkdir()
    (room / "forward.before").write_text("-P FORWARD ACCEPT\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        (room / "dockerd.pid").write_text(f"{bystander.pid}\n", encoding="utf-8")

        done = run('"$ENGINE/down" "$ROOM"', ROOM=str(room))

        assert done.returncode == 0, done.stderr
        assert bystander.poll() is None
        bystander.kill()
    assert not room.exists()


@needs_root
@pytest.mark.engine
def test_where_an_engine_answers_none_is_started(room):
    done = subprocess.run(
        [ENGINE / "up", room], capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert "DOCKER_HOST" not in done.stdout
    assert not (room / "dockerd.pid").exists()


@pytest.mark.program("shellcheck")
def test_the_scripts_are_clean(program):
    done = subprocess.run(
        [program("shellcheck"), *SCRIPTS], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "path",
    [
        *sorted(path for path in (ROOT / "compose").rglob("*") if path.is_file()),
        ROOT / ".ci" / "run",
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_address_of_a_server_elsewhere_is_written_down(path):
    """Names below pacslab.internal lead nowhere (RFC 6762 G, ICANN's .internal)."""
    elsewhere = r"(?:https?|s?ftp)://(?!(?:[a-z]+\.)*pacslab\.internal\b)"
    assert not re.findall(elsewhere, path.read_text(encoding="utf-8"))
