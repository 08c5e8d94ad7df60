import dataclasses
import subprocess

import pytest
from pydicom import dcmread

from tests.bench import rows
from tests.bench.instances import CT, DX, TINY, data_set, instance
from tests.bench.lean import FailedError
from tests.bench.measuring import burst
from tests.bench.servers import program as called
from tests.bench.stores import CLIENTS, PROMPT, STALLED, Load, Sending

OURS = (rows.OPEN_DURABLE, rows.SECURE_DURABLE, rows.OPEN, rows.SECURE, rows.TLS_ALONE)


@pytest.fixture(scope="module")
def sending(tmp_path_factory):
    return Sending(tmp_path_factory.mktemp("sent"), seconds=0.3)


def held(folder, package):
    """Instances in the log of an archive that is stopped."""
    command = [*called(package), "rebuild", "--config", "pacs.toml"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


@pytest.mark.parametrize("server", OURS, ids=lambda server: server.name)
def test_what_a_sender_counts_is_what_the_archive_holds(server, sending, tmp_path):
    package = "pacs_secure" if "secure" in server.name else "pacs_open"
    folder = tmp_path / "server"
    with server.running(folder, keep=True) as running:
        sent = sending.lean(running, Load(TINY, 2))

    assert sent.count > 0
    assert held(folder, package) == sent.count
    assert sent.size == sent.count * len(data_set(TINY))


@pytest.mark.program("storescp")
def test_what_a_sender_counts_is_what_storescp_has_written(program, sending, tmp_path):
    with rows.STORESCP.running(tmp_path / "server") as running:
        sent = sending.lean(running, Load(CT, 2))
        files = sorted((tmp_path / "server" / "files").iterdir())

        assert len(files) == sent.count
        assert dcmread(files[0]).PixelData == instance(CT).PixelData


def test_a_refused_association_is_no_fast_server(sending, tmp_path):
    with rows.SECURE.running(tmp_path / "server") as running:
        job = sending.job(running, TINY, calling="WORKSTATION")

        with pytest.raises(FailedError, match="a presentation context was not accepted"):
            burst(running.process, [job])


def test_a_status_that_is_not_success_is_no_fast_server(sending, tmp_path):
    with rows.SECURE.running(tmp_path / "server") as running:
        job = sending.job(running, TINY)
        wrong = dataclasses.replace(job, sop_class_uid=DX.sop_class_uid)

        with pytest.raises(FailedError, match="C-STORE was answered with A9"):
            burst(running.process, [wrong])


@pytest.mark.program("storescu")
def test_every_column_of_dcmtk_s_client_stores_instances_of_its_own(sending, tmp_path):
    folder = tmp_path / "server"
    with rows.OPEN.running(folder, keep=True) as running:
        stored = sum(sending.dcmtk(running, column).count for column in CLIENTS)

    assert held(folder, "pacs_open") == stored == 2 * (PROMPT + STALLED)


def test_a_server_leaves_the_names_of_its_files_and_none_of_their_bytes(tmp_path):
    with rows.OPEN.running(tmp_path / "server"):
        pass

    left = [path for path in (tmp_path / "server").rglob("*") if path.is_file()]
    assert left
    assert not any(path.stat().st_size for path in left)
