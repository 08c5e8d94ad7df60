"""Faults in containers: what was acknowledged is never lost, a failure is said, and all recovers."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lab.asking import one_instance, wanted_of
from lab.conversation import SUCCESS
from lab.crew.counting import Counter
from lab.engines import containers
from lab.marked import Marked
from lab.peers.modality import BROKEN, Modality
from lab.scenes import visitor
from lab.sop_classes import CT, STUDY_ROOT_GET
from lab.stations import orders
from sample_images.size import Size

pytestmark = [pytest.mark.engine, pytest.mark.slow]

WELL_WITHIN = 120.0
UNWELL_WITHIN = 40.0
"""Seconds in which it has said why it does not start."""
DRAWN_WITHIN = 400.0
"""Seconds for drawing what is sent: a busy machine has other things to do, too."""
SOME = 5
"""Images after which something happens."""
FROZEN = 5.0
"""Seconds in which nothing is answered."""


@pytest.mark.parametrize("which", ["secure", "open"])
def test_an_archive_that_is_killed_amid_stores_comes_back_by_itself_and_has_lost_nothing(
    mended, service, others, identical, which
):
    folder, key = others
    container, some = service(f"pacs-{which}"), threading.Event()
    counter = Counter(lambda done: some.set() if done >= SOME else None)
    modality = Modality(visitor(mended, which), folder, counter.add, patience=WELL_WITHIN)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(modality.send, key.patients)
        assert some.wait(DRAWN_WITHIN)
        os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)
        sent = sending.result()

    planted = len(list(key.instances()))
    assert (sent.instances, sent.failed) == (planted, 0), sent.evidence
    assert sent.again >= 1
    assert _said_that_it_broke(sent)
    container.reload()
    assert container.attrs["RestartCount"] >= 1
    assert identical(which, key) == planted, "what was answered before the end is not sent again"


def _said_that_it_broke(sent):
    return any(seen.code in BROKEN or seen.code.startswith("abort") for seen in sent.evidence)


def test_an_archive_that_is_frozen_amid_stores_goes_on_and_has_lost_nothing(
    mended, service, others, identical
):
    """As by a host that is overloaded or suspended: nothing is refused, nothing is answered."""
    folder, key = others
    container, some = service("pacs-secure"), threading.Event()
    counter = Counter(lambda done: some.set() if done >= SOME else None)
    modality = Modality(visitor(mended, "secure"), folder, counter.add, patience=WELL_WITHIN)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(modality.send, key.patients)
        assert some.wait(DRAWN_WITHIN)
        container.pause()
        try:
            asks = visitor(mended, "secure")
            patient = replace(asks.manners, deadline=FROZEN)
            with asks.but(manners=patient).converse() as talk:
                assert talk.echo() is None
        finally:
            container.unpause()
        sent = sending.result()

    planted = len(list(key.instances()))
    assert (sent.instances, sent.failed) == (planted, 0)
    assert identical("secure", key) == planted


def test_a_network_that_is_cut_in_a_series_is_said_and_costs_nothing(
    mended, service, tell, identical
):
    """The series goes on once the network is back; who begins meanwhile is told that it is away."""
    modality, some = service("modality"), threading.Event()
    clinic = modality.client.networks.get(f"{mended.project}_clinic")

    def hear(advance):
        if advance.what == "sending" and advance.done >= SOME:
            some.set()

    with ThreadPoolExecutor(1) as pool:
        series = _send(patients=4, seed=7, patience=WELL_WITHIN)
        sending = pool.submit(tell, "modality", series, orders.SENT, hear)
        assert some.wait(DRAWN_WITHIN)
        clinic.disconnect(modality)
        try:
            meanwhile = tell("modality", _send(patients=1, seed=8), orders.SENT).sent["secure"]
        finally:
            clinic.connect(modality, aliases=["modality"])
        done = sending.result()

    assert (meanwhile.instances, meanwhile.reached) == (0, False)
    assert meanwhile.failed > 0
    assert "cannot be reached" in meanwhile.evidence[-1].text
    planted = len(list(done.answer_key.instances()))
    assert (done.sent["secure"].instances, done.sent["secure"].failed) == (planted, 0)
    assert identical("secure", done.answer_key) == planted


def _send(**told):
    return orders.Send(within=600, size=Size.SMALL, archives=("secure",), **told)


ARCHIVE = "/var/lib/pacslab/archive"
BALLAST = f"{ARCHIVE}/ballast"


@pytest.fixture
def small(lab, service):
    """The hardened archive once more, with a disk of a few megabytes; how the visitor meets it."""
    one = service("pacs-secure")
    told = one.attrs["HostConfig"]
    own = "uid=10001,gid=10001,mode=0700,size={}m"
    kept = {
        mount.get("Name") or mount["Source"]: {"bind": mount["Destination"], "mode": "ro"}
        for mount in one.attrs["Mounts"]
        if not mount["Destination"].startswith("/var/lib")
    }
    disks = {ARCHIVE: 24, f"{ARCHIVE[:-8]}/audit": 8, f"{ARCHIVE[:-8]}/audit-anchor": 1}
    container = one.client.containers.run(
        one.attrs["Image"],
        one.attrs["Config"]["Cmd"],
        detach=True,
        init=True,
        read_only=True,
        cap_drop=["ALL"],
        security_opt=told["SecurityOpt"],
        mem_limit=told["Memory"],
        pids_limit=told["PidsLimit"],
        labels={containers.OF_PROJECT: lab.project},
        network=f"{lab.project}_door",
        ports={"2762/tcp": ("127.0.0.1", None)},
        volumes=kept,
        tmpfs={**told["Tmpfs"], **{path: own.format(size) for path, size in disks.items()}},
        healthcheck=one.attrs["Config"]["Healthcheck"],
    )
    try:
        containers.await_health({"small": container}, WELL_WITHIN)
        port = int(container.attrs["NetworkSettings"]["Ports"]["2762/tcp"][0]["HostPort"])
        target = visitor(lab, "secure")
        yield container, target.but(door=replace(target.door, port=port))
    finally:
        container.remove(force=True, v=True)


def test_a_full_disk_is_said_loses_nothing_and_once_there_is_room_all_goes_on(small):
    container, target = small
    images = [Marked().new(shade=shade) for shade in range(6)]
    with target.converse(storage=[CT]) as talk:
        assert [talk.store_bytes(one.part_10) for one in images[:2]] == [SUCCESS] * 2

        container.exec_run(["sh", "-c", f"cat /dev/zero > {BALLAST}"])
        refused = [talk.store_bytes(one.part_10) for one in images[2:]]
        assert [status >> 8 for status in refused] == [0xA7] * 4
        assert talk.echo() == SUCCESS, "who is refused for want of room is not thrown out"

        code, said = container.exec_run(["rm", BALLAST])
        assert code == 0, said
        assert [talk.store_bytes(one.part_10) for one in images[2:]] == [SUCCESS] * 4

    assert "Out of Resources" in " ".join(seen.text for seen in talk.evidence)
    assert "No space left" in container.logs().decode()
    assert _got(target, images) == {one.sop_instance_uid for one in images}


def _got(target, images):
    """Which of these the archive gives back."""
    got = set()
    for one in images:
        with target.converse(STUDY_ROOT_GET, receiving=[CT]) as talk:

            def take(delivered):
                got.add(delivered.sop_instance_uid)
                return SUCCESS

            talk.get(STUDY_ROOT_GET, one_instance(wanted_of(one)), take)
    return got


PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from lab import told
from lab.issuing.plan import Issuing
from lab.pki import Authority
plan = told.read(Path("/etc/pacslab/pki.toml"), Issuing)
begins, ends = (datetime.now(UTC) + timedelta(seconds=int(one)) for one in sys.argv[2:])
table = next(table for table in plan.identities if table.name == sys.argv[1])
Authority.load(plan.authority).issue(
    table.name, table.directory, ae_title=table.ae_title, usage=table.usage, names=table.names,
    validity=(begins, ends),
)
"""


@pytest.fixture
def issue(lab, service):
    """Issue a certificate with other dates, where the authority's key lies; or make all good."""
    pki = service("pki")

    def one(name, dates):
        began, ends = map(str, dates)
        containers.run_beside(pki, "pki", ["python3", "-c", PROGRAM, name, began, ends])

    def good():
        told = ["python3", "-m", "lab.issuing", "--config", "/etc/pacslab/pki.toml", "create"]
        containers.run_beside(pki, "pki", [*told, "--hours", "0.2"])

    one.good = good
    yield one
    good()


@pytest.mark.parametrize(
    ("dates", "said", "alerts"),
    [
        pytest.param((-3600, -1), "expired on", {"alert 45"}, id="just expired"),
        pytest.param((600, 3600), "not valid before", {"alert 42", "alert 45"}, id="not yet valid"),
    ],
)
def test_a_certificate_out_of_its_dates_is_said_and_a_new_one_mends_it(
    mended, service, tell, issue, dates, said, alerts
):
    secure = service("pacs-secure")
    issue("pacs-secure", dates)
    secure.restart(timeout=15)
    with pytest.raises(containers.UnwellError, match=f"pacs-secure .*{said}"):
        containers.await_health({"pacs-secure": secure}, UNWELL_WITHIN)

    issue.good()
    issue("modality", dates)
    secure.restart(timeout=15)
    _await(secure)
    sent = tell("modality", _send(patients=1, seed=9), orders.SENT).sent["secure"]
    assert (sent.instances, sent.failed > 0) == (0, True)
    assert {seen.code for seen in sent.evidence} & alerts, sent.evidence

    issue.good()
    secure.restart(timeout=15)
    _await(secure)
    sent = tell("modality", _send(patients=1, seed=9), orders.SENT).sent["secure"]
    assert sent.ok, sent.evidence


def _await(secure):
    containers.await_health({"pacs-secure": secure}, WELL_WITHIN)
