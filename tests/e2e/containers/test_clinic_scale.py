"""Three replicas, one log, one index, one address: what one has said holds for all, whatever dies.

The replicas have no published port. A relay in a container of its own leads to each of them, so
that a test can choose whom it asks; the balancer is asked as everybody asks it.
"""

import hashlib
import json
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from lab.conversation import SUCCESS
from lab.engines import containers, guard
from lab.engines import images as lab_images
from lab.engines.compose import Compose, ComposeError
from lab.engines.daemon import Daemon, connected
from lab.engines.ports import free_port
from lab.newcomer import Newcomer
from lab.pki import Identity, self_made
from lab.scenes import SERVER_NAME
from lab.sop_classes import STORAGE, STUDY_ROOT_FIND, STUDY_ROOT_GET
from lab.stations import orders
from lab.stations.lines import Line
from lab.target import Door, Target
from sample_images.size import Size
from sample_images.writing import write

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]  # the images may have to be built

PROFILE = "--profile=clinic-scale"
REPLICAS = ("pacs-secure-1", "pacs-secure-2", "pacs-secure-3")
FIRST, SECOND, READER = REPLICAS
"""The third stores nothing until another dies: it has no segment of its own until then."""
TOML = ("--config", "/etc/pacslab/clinic-scale.toml")
AWAY, DUPLICATE = 0xA700, 0x0111
WELL_WITHIN = 150.0
TRAIL = "/var/lib/pacslab/audit/trail.log"
OWNERS = """
import fcntl, json, pathlib
every, free = [], []
for path in pathlib.Path("/var/lib/pacslab/archive/segments").iterdir():
    every.append(int(path.stem))
    with path.open() as segment:
        try:
            fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        free.append(int(path.stem))
print(json.dumps([every, free]))
"""
LAST_SEGMENT = "SELECT segment FROM instances ORDER BY id DESC LIMIT 1"
RELAY = """
import asyncio, sys
async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()
async def main():
    for number, host in enumerate(sys.argv[1:]):
        async def lead(reader, writer, host=host):
            try:
                there = await asyncio.open_connection(host, 2762)
            except OSError:
                writer.close()
                return
            await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))
        await asyncio.start_server(lead, "0.0.0.0", 7000 + number)
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
WITHOUT_CERTIFICATE = """
import psycopg
try:
    psycopg.connect("host=postgresql user=pacs dbname=archive sslmode=require sslcert=/none")
except psycopg.OperationalError as error:
    print(error)
"""
AS_ADMINISTRATOR = """
import psycopg
keys = "sslcert=/keys/certificate.pem sslkey=/keys/key.pem"
try:
    psycopg.connect("host=postgresql user=pacslab dbname=archive sslmode=require " + keys)
except psycopg.OperationalError as error:
    print(error)
"""

WORK_AT = """
sed "s/host = \\"pacs-secure\\"/host = \\"$1\\"/" /etc/pacslab/workstation.toml > /scratch/it.toml
printf %s "$2" | python3 -m lab.stations obey --config /scratch/it.toml
"""
"""The workstation's whole work, at one replica."""


@dataclass(frozen=True)
class Clinic:
    """What runs, and the visitor who asks."""

    daemon: Daemon
    compose: Compose
    visitor: Identity
    ports: dict
    """Of this machine, by the service that one reaches there."""

    def container(self, service):
        return containers.need(self.daemon, self.compose.project, service)

    def target(self, service, **changes):
        """A replica, or the balancer, as the visitor meets it."""
        return Target(
            Door("127.0.0.1", self.ports[service], tls=True),
            "PACS-SECURE",
            "VISITOR",
            certificate=self.visitor.certificate,
            key=self.visitor.key,
            trust=self.visitor.trust,
            server_name=SERVER_NAME,
        ).but(**changes)

    def await_health(self, *services):
        containers.await_health({one: self.container(one) for one in services}, WELL_WITHIN)

    def command(self, service, *words):
        """Run the archive's own command in a replica: exit code and what it said."""
        return containers.run(self.container(service), ["pacs-secure", *words, *TOML])

    def content(self):
        """What `check` says of the archive: number of problems, and the hash of what it holds."""
        _, said = self.command(SECOND, "check")
        problems, _, _, content = said.splitlines()[-2].split()
        return int(problems), content

    def sql(self, statement):
        """Ask the database as its administrator, in its own container."""
        words = ["psql", "-h", "/scratch", "-d", "archive", "-qAtc", statement]
        code, said = containers.run(self.container("postgresql"), words)
        assert code == 0, said
        return said.split()

    def segments(self):
        """Numbers of all segments of the log, and of those that no living worker owns."""
        code, said = containers.run(self.container(SECOND), ["python3", "-c", OWNERS])
        assert code == 0, said
        return map(set, json.loads(said))


def relay(daemon, compose):
    """The container that leads to each replica, and the ports of this machine that lead to it."""
    ports = {service: free_port() for service in REPLICAS}
    published = {
        f"{7000 + number}/tcp": ("127.0.0.1", port) for number, port in enumerate(ports.values())
    }
    made = daemon.client.containers.create(
        lab_images.names()[0],
        ["python3", "-c", RELAY, *REPLICAS],
        network=f"{compose.project}_door",
        ports=published,
        labels={guard.OF_PROJECT: compose.project},
    )
    daemon.client.networks.get(f"{compose.project}_clinic").connect(made)
    made.start()
    while made.logs() != b"ready\n":
        made.reload()
        assert made.status == "running", made.logs()
    return ports


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """The profile, raised once for these tests; nothing of it is left."""
    with connected() as daemon:
        lab_images.build(daemon, clinic_scale=True)
        port = free_port()
        told = {"PACSLAB_CLINIC_PORT": str(port), "PACSLAB_HOURS": "1"}
        compose = Compose(f"pacslab-scale-{secrets.token_hex(4)}", daemon.host, told)
        try:
            compose.run(PROFILE, "up", "--detach", "--no-build", "balancer")
            keys = tmp_path_factory.mktemp("visitor")
            pki = containers.need(daemon, compose.project, "pki")
            containers.copy_out(pki, "/keys/visitor", keys)
            own = Identity.load("visitor", keys, ae_title="VISITOR")
            ports = relay(daemon, compose) | {"balancer": port}
            made = Clinic(daemon, compose, own, ports)
            made.await_health("postgresql", *REPLICAS, "balancer")
            yield made
        finally:
            with suppress(ComposeError):  # what is left then is swept away
                compose.run(PROFILE, "down", "--volumes", "--remove-orphans", "--timeout", "3")
            containers.sweep(daemon, compose.project)


@pytest.fixture(scope="module")
def patients(images):
    """Each patient's images apart, so that no test meets what another has stored."""
    found = {}
    for path, entry in images:
        found.setdefault(path.parent.name, []).append((path, entry))
    return [found[name] for name in sorted(found)]


def pki(clinic, *command):
    clinic.compose.run("run", "--rm", "-T", "--no-deps", "pki", *command)
    for service in REPLICAS:
        containers.do(clinic.container(service), service, ["sh", "-c", "kill -HUP 1"])


def is_served(target):
    with target.converse() as talk:
        return talk.echo() == SUCCESS


def await_answer(wanted, *targets):
    """Each replica has looked again a moment after it was told to."""
    deadline = time.monotonic() + WELL_WITHIN
    while any(is_served(target) is not wanted for target in targets):
        assert time.monotonic() < deadline


def test_one_order_admits_a_device_to_every_replica_and_one_sends_it_away(clinic, tmp_path):
    own = self_made("console", tmp_path / "console")
    pem = own.certificate.read_text()
    newcomer = Newcomer(name="console", ae_title="CONSOLE", certificate=pem)
    shown = {"calling_ae_title": "CONSOLE", "certificate": own.certificate, "key": own.key}
    targets = [clinic.target(service, **shown) for service in REPLICAS]
    assert not any(map(is_served, targets))

    pki(clinic, "admit", newcomer.model_dump_json(exclude_none=True))
    await_answer(True, *targets)
    pki(clinic, "dismiss", "console")
    await_answer(False, *targets)

    assert all(is_served(clinic.target(service)) for service in REPLICAS)


def many(files, folder, number=80):
    """So many images of one patient, that something can happen in the middle of storing them."""
    path, entry = files[0]
    ds, made = dcmread(path), []
    for index in range(number):
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = (
            f"{entry.sop_instance_uid}1{index}"
        )
        copy = folder / f"{index}.dcm"
        ds.save_as(copy, enforce_file_format=True)
        content = copy.read_bytes()
        meta = 144 + int.from_bytes(content[140:144], "little")  # PS3.10 7.1
        digest = hashlib.sha256(content[meta:]).hexdigest()
        told = {"sop_instance_uid": ds.SOPInstanceUID, "data_set_sha256": digest}
        made.append((copy, entry.model_copy(update=told)))
    return made


def classes(files):
    return sorted({entry.sop_class_uid for _, entry in files})


def store(target, files):
    """Statuses of storing these."""
    with target.converse(storage=classes(files)) as talk:
        return [talk.store(path) for path, _ in files]


def query(files, level):
    """The identifier that names a patient's images."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    identifier.PatientID = dcmread(files[0][0], stop_before_pixels=True).PatientID
    identifier.StudyInstanceUID = ""
    if level == "IMAGE":
        identifier.SeriesInstanceUID = identifier.SOPInstanceUID = ""
    return identifier


def find(target, files):
    """Status, and the SOP Instance UIDs that a C-FIND of the patient gives."""
    with target.converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, query(files, "IMAGE"))
    return status, sorted(match.SOPInstanceUID for match in matches)


def get(target, files):
    """SHA-256 of each data set of the patient that a C-GET brings, by SOP Instance UID."""
    brought = {}

    def receive(delivered):
        brought[delivered.sop_instance_uid] = hashlib.sha256(delivered.data_set).hexdigest()
        return SUCCESS

    identifier = query(files, "STUDY")
    identifier.StudyInstanceUID = dcmread(files[0][0], stop_before_pixels=True).StudyInstanceUID
    with target.converse(STUDY_ROOT_GET, receiving=STORAGE) as talk:
        assert talk.get(STUDY_ROOT_GET, identifier, receive).status == SUCCESS
    return brought


def uids(files):
    return sorted(entry.sop_instance_uid for _, entry in files)


def hashes(entries):
    return {entry.sop_instance_uid: entry.data_set_sha256 for entry in entries}


def at_once(*calls):
    """Results of calls that start at the same moment."""
    barrier = threading.Barrier(len(calls))

    def call(one):
        barrier.wait(10)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_what_one_acknowledges_all_others_find_and_hand_out_unchanged_at_once(clinic, patients):
    files = patients[0][:6]
    for number, one in enumerate(files):
        writer, reader = (FIRST, SECOND)[number % 2], (SECOND, FIRST)[number % 2]
        assert store(clinic.target(writer), [one]) == [SUCCESS]
        assert find(clinic.target(reader), files) == (SUCCESS, uids(files[: number + 1]))
    for service in (*REPLICAS, "balancer"):
        assert find(clinic.target(service), files) == (SUCCESS, uids(files))
        assert get(clinic.target(service), files) == hashes(entry for _, entry in files)


def test_the_same_instance_stored_twice_at_the_same_time_is_there_once(clinic, patients):
    files = patients[1][:6]
    first, second = at_once(
        *(lambda s=service: store(clinic.target(s), files) for service in (FIRST, SECOND))
    )

    assert first == second == [SUCCESS] * len(files)
    assert find(clinic.target(READER), files) == (SUCCESS, uids(files))
    assert clinic.content()[0] == 0


def test_of_two_that_differ_under_one_uid_the_one_acknowledged_stays(clinic, patients, tmp_path):
    path, entry = patients[1][-1]
    other = dcmread(path)
    other.InstitutionName = "Another hospital"
    other.save_as(tmp_path / "other.dcm", enforce_file_format=True)
    asked = [(path, FIRST), (tmp_path / "other.dcm", SECOND)]
    statuses = at_once(
        *(
            lambda p=place, s=service: store(clinic.target(s), [(p, entry)])
            for place, service in asked
        )
    )

    assert sorted(statuses) == [[SUCCESS], [DUPLICATE]]
    brought = get(clinic.target(READER), [(path, entry)])[entry.sop_instance_uid]
    first_won = statuses[0] == [SUCCESS]
    assert (brought == entry.data_set_sha256) is first_won


def test_what_is_refused_is_refused_by_the_archive_itself(clinic):
    """The balancer passes TLS through: its refusals, and its services, are the archive's own."""
    friend = clinic.target("balancer")
    with friend.converse() as talk:
        assert talk.echo() == SUCCESS
    stranger = friend.but(certificate=None, key=None)
    borrowed = friend.but(calling_ae_title="WORKSTATION")
    said = []
    for target in (stranger, stranger.in_plaintext(), borrowed):
        with target.converse() as talk:
            assert talk.echo() is None
            said.append([seen.code for seen in talk.evidence])
    assert "certificate_required" in said[0][-1] or "alert" in said[0][-1], said
    assert not {"ac"} & {code for codes in said for code in codes}


def test_the_database_takes_the_archives_certificate_and_nothing_else(clinic):
    replica = clinic.container(FIRST)
    for script, refused in (
        (WITHOUT_CERTIFICATE, "certificate"),
        (AS_ADMINISTRATOR, "no pg_hba.conf entry"),
    ):
        code, said = containers.run(replica, ["python3", "-c", script])
        assert code == 0
        assert refused in said
    assert "t" in clinic.sql("SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                             "WHERE usename = 'pacs'")  # fmt: skip


@contextmanager
def storing(target, files):
    """Store behind the block's back, as long as it is acknowledged; inside, it is in full swing."""
    acknowledged, third = [], threading.Event()

    def send():
        with target.converse(storage=classes(files)) as talk:
            for path, entry in files:
                if talk.store(path) != SUCCESS:
                    return
                acknowledged.append(entry)
                if len(acknowledged) == 3:
                    third.set()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        assert third.wait(30)
        yield acknowledged
    finally:
        thread.join(60)


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_is_lost(
    clinic, patients, tmp_path
):
    files = many(patients[2], tmp_path)
    server = clinic.container("postgresql")
    with storing(clinic.target(FIRST), files) as acknowledged:
        server.stop(timeout=10)
        status = find(clinic.target(SECOND), files)[0]
        refused = store(clinic.target(SECOND), files[-1:])
    server.start()
    clinic.await_health("postgresql")

    assert (status, refused) == (AWAY, [AWAY])
    assert len(acknowledged) < len(files)
    for service in REPLICAS:
        found = find(clinic.target(service), files)
        assert found[0] == SUCCESS
        assert set(hashes(acknowledged)) <= set(found[1])
    assert set(store(clinic.target(SECOND), files)) == {SUCCESS}
    assert get(clinic.target(READER), files) == hashes(entry for _, entry in files)
    assert clinic.content()[0] == 0


def test_of_a_replica_that_was_killed_nothing_is_lost_and_another_goes_on_with_its_log(
    clinic, patients, tmp_path
):
    files = many(patients[3], tmp_path)
    _, free_before = clinic.segments()
    with storing(clinic.target(FIRST), files) as acknowledged:
        clinic.container(FIRST).kill()

    assert len(acknowledged) < len(files)
    assert set(hashes(acknowledged)) <= set(find(clinic.target(SECOND), files)[1])
    before, free = clinic.segments()
    assert free - free_before

    missing = [one for one in files if one[1] not in acknowledged]
    assert set(store(clinic.target(READER), missing)) == {SUCCESS}

    after, _ = clinic.segments()
    assert after == before
    assert int(*clinic.sql(LAST_SEGMENT)) in free
    assert get(clinic.target("balancer"), files) == hashes(entry for _, entry in files)
    clinic.container(FIRST).start()
    clinic.await_health(FIRST)
    assert find(clinic.target(FIRST), files) == (SUCCESS, uids(files))
    assert clinic.content()[0] == 0


def test_the_balancer_goes_on_while_one_replica_is_left(clinic):
    for service in (FIRST, SECOND):
        clinic.container(service).kill()
    for _ in range(4):
        with clinic.target("balancer").converse() as talk:
            assert talk.echo() == SUCCESS
    for service in (FIRST, SECOND):
        clinic.container(service).start()
    clinic.await_health(FIRST, SECOND)


def test_each_replica_has_a_trail_of_its_own_with_the_addresses_of_the_peers_themselves(clinic):
    """Of the balancer's own questions there is nothing in it."""
    balancer = clinic.container("balancer")
    balancer.reload()
    networks = balancer.attrs["NetworkSettings"]["Networks"].values()
    addresses = {network["IPAddress"] for network in networks} - {""}
    for service in REPLICAS:
        with clinic.target("balancer").converse() as talk:  # the next one's turn
            assert talk.echo() == SUCCESS
        assert clinic.command(service, "audit") == (0, "")
        code, trail = containers.run(clinic.container(service), ["cat", TRAIL])
        assert code == 0
        assert "VISITOR" in trail
        assert not [one for one in addresses if f'"{one}"' in trail]


def test_an_index_that_lost_rows_is_told_and_made_anew_from_the_log(clinic, patients):
    assert store(clinic.target(SECOND), patients[0]) == [SUCCESS] * len(patients[0])
    problems, content = clinic.content()
    assert problems == 0
    code, said = clinic.command(SECOND, "rebuild")
    assert code == 2
    assert "is in use" in said

    clinic.sql("DELETE FROM instances WHERE id % 2 = 0")
    assert clinic.content()[0] > 0
    for service in REPLICAS:
        clinic.container(service).stop(timeout=15)
    words = ["run", "--rm", "-T", "--no-deps", SECOND, "pacs-secure", "rebuild", *TOML]
    clinic.compose.run(PROFILE, *words)
    for service in REPLICAS:
        clinic.container(service).start()
    clinic.await_health(*REPLICAS)

    assert clinic.content() == (0, content)


@pytest.fixture
def workstation(clinic):
    """The clinic's workstation, and what its whole work at one replica comes to."""
    clinic.compose.run(PROFILE, "up", "--detach", "--no-build", "--no-deps", "workstation")
    clinic.await_health("workstation")

    def work(service, key):
        told = orders.Work(within=WELL_WITHIN, archive="secure", answer_key=key).model_dump_json()
        words = ["sh", "-c", WORK_AT, "sh", service, told]
        _, said = containers.run(clinic.container("workstation"), words)
        last = Line.model_validate_json(said.splitlines()[-1])
        assert last.fault is None, last.fault
        return orders.WORKED.validate_python(last.result)

    return work


def test_every_replica_sends_the_workstation_what_another_acknowledged(
    clinic, workstation, tmp_path
):
    """Only the archive's certificate is let in there: a replica calls by that, too (C-MOVE)."""
    key = write(tmp_path, patients=1, seed=11, size=Size.SMALL)
    files = [(tmp_path / entry.file, entry) for entry in key.instances()]
    assert store(clinic.target(FIRST), files) == [SUCCESS] * len(files)

    for service in (*REPLICAS, "balancer"):
        worked = workstation(service, key)
        assert worked.found == 1
        assert worked.got.identical == len(files), worked.got.evidence
        assert worked.moved.identical == len(files), worked.moved.evidence
        assert worked.moved.tls
