"""A lab's containers: found by their service, asked whether they are well, swept away whole."""

import stat
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from docker.types import Ulimit

from lab.engines import EngineError, containers
from lab.engines.containers import UnwellError
from lab.engines.guard import OF_PROJECT

pytestmark = pytest.mark.engine


def _check(*command):
    return {"test": list(command), "interval": 10**12}  # nanoseconds: the engine hardly ever asks


def test_a_service_is_found_whether_it_runs_or_not(daemon, project, service):
    running, still = service("one"), service("two", start=False)
    assert {one.id for one in containers.all_of(daemon, project)} == {running.id, still.id}
    assert containers.find(daemon, project, "two").id == still.id
    assert containers.find(daemon, project, "three") is None
    assert containers.find(daemon, f"{project}-other", "one") is None


def test_a_running_containers_address_is_known_and_none_other(daemon, project, service):
    network = daemon.client.networks.create(f"{project}-net", labels={OF_PROJECT: project})
    made = service("one", network_mode=None, network=network.name)
    service("two")
    made.reload()
    own = made.attrs["NetworkSettings"]["Networks"][network.name]["IPAddress"]

    assert containers.addresses(daemon, project) == {own}
    assert containers.addresses(daemon, f"{project}-other") == set()
    made.stop(timeout=0)
    assert containers.addresses(daemon, project) == set()


@pytest.mark.parametrize(
    ("gateway", "here"), [("127.0.0.1", True), ("192.0.2.1", False), ("", False)]
)
def test_a_network_whose_gateway_is_elsewhere_is_not_of_this_machine(gateway, here):
    network = {"IPAddress": "192.0.2.7", "Gateway": gateway}
    container = SimpleNamespace(attrs={"NetworkSettings": {"Networks": {"net": network}}})
    listing = SimpleNamespace(list=lambda **_asked: [container])
    elsewhere = SimpleNamespace(client=SimpleNamespace(containers=listing))

    assert containers.addresses(elsewhere, "lab") == ({"192.0.2.7"} if here else set())


def test_a_service_that_is_needed_and_gone_is_told(daemon, project):
    with pytest.raises(EngineError, match="the container of pki is gone; `pacslab down`"):
        containers.need(daemon, project, "pki")


def test_well_is_who_says_so_itself_without_waiting_for_the_engine(service):
    script = "sleep 1; touch /var/lib/pacslab/ready; sleep 600"
    made = service("one", script, healthcheck=_check("CMD", "test", "-e", "/var/lib/pacslab/ready"))
    containers.await_health({"one": made}, within=20)


def test_a_check_in_the_words_of_a_shell_is_understood(service):
    made = service("one", healthcheck=_check("CMD-SHELL", "true && true"))
    containers.await_health({"one": made}, within=20)
    bad = service("two", healthcheck=_check("CMD-SHELL", "echo broken; false"))
    with pytest.raises(UnwellError, match="two is not well: broken"):
        containers.await_health({"two": bad}, within=0.5)


def test_who_has_no_check_is_well_while_it_runs(service):
    containers.await_health({"one": service("one")}, within=20)


def test_who_is_not_well_is_told_with_its_last_words(service):
    script = "echo first >&2; echo 'no key: /keys/key.pem' >&2; sleep 600"
    check = _check("CMD-SHELL", "echo much; echo connection refused; exit 1")
    with pytest.raises(UnwellError) as caught:
        containers.await_health({"pacs-secure": service("one", script, healthcheck=check)}, 0.5)
    assert str(caught.value) == (
        "pacs-secure is not well: connection refused; it said last: first | no key: /keys/key.pem"
    )


def test_who_ended_is_told_at_once(service):
    ended = service("one", "printf 'the key is \\033[31mabsent\\n'; exit 3")
    assert ended.wait()["StatusCode"] == 3
    with pytest.raises(UnwellError) as caught:
        containers.await_health({"pacs-open": ended}, within=600)
    assert str(caught.value) == (
        "pacs-open ended with exit code 3; it said last: the key is \\x1b[31mabsent"
    )


def test_a_silent_end_is_told_as_such(service):
    ended = service("one", "exit 1")
    ended.wait()
    with pytest.raises(UnwellError, match="it says nothing"):
        containers.await_health({"one": ended}, within=600)


def test_one_that_is_not_well_among_many_is_named(service):
    bad = service("two", healthcheck=_check("CMD", "false"))
    with pytest.raises(UnwellError, match=r"^two is not well"):
        containers.await_health({"one": service("one"), "two": bad}, within=0.5)


def test_a_short_command_gives_what_it_said_or_fails_with_its_last_line(service):
    made = service("one")
    assert containers.do(made, "one", ["echo", "done"]) == "done"
    with pytest.raises(EngineError, match=r"^one: no such file\\x1b$"):
        containers.do(made, "one", ["sh", "-c", "echo x; printf 'no such file\\033' >&2; exit 2"])


def test_a_command_in_a_container_that_does_not_run_is_told(service):
    still = service("one", start=False)
    with pytest.raises(EngineError, match="pacs-open is not running; `pacslab reset` starts it"):
        containers.do(still, "pacs-open", ["true"])


def test_beside_a_container_no_more_files_may_be_open_than_in_it(service):
    made = service("one", "true", ulimits=[Ulimit(name="nofile", soft=1000, hard=1000)])
    containers.run_beside(made, "one", ["sh", "-c", "test $(ulimit -Hn) = 1000"])


def test_podman_names_the_same_limits_as_the_kernel_does():
    asked = {"Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}]}
    (limit,) = containers._ulimits(asked)
    assert (limit.name, limit.soft, limit.hard) == ("nofile", 1, 2)


def test_beside_a_stopped_container_its_volumes_are_at_hand(daemon, project, service):
    volume = daemon.client.volumes.create(labels={OF_PROJECT: project})
    made = service("one", "true", volumes={volume.name: {"bind": "/var/lib/pacslab/archive"}})
    made.wait()
    containers.run_beside(made, "one", ["touch", "/var/lib/pacslab/archive/mark"])
    with pytest.raises(EngineError, match=r"one: .*Read-only file system"):
        containers.run_beside(made, "one", ["touch", "/etc/mark"])
    containers.run_beside(made, "one", ["rm", "/var/lib/pacslab/archive/mark"])
    assert [one.id for one in containers.all_of(daemon, project)] == [made.id]


def test_what_runs_beside_is_not_taken_for_the_service_that_built_its_image(
    daemon, project, service
):
    (made := service("one", "true")).wait()
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(containers.run_beside, made, "one", ["sleep", "5"])
        while len(containers.all_of(daemon, project)) < 2:
            assert not beside.done(), beside.result()
        assert "pki" in daemon.client.images.get(made.attrs["Image"]).labels.values()
        assert containers.find(daemon, project, "pki") is None
        beside.result()


def test_who_failed_once_and_was_started_again_is_well(service):
    script = "cd /var/lib/pacslab; [ -e twice ] || { touch twice; exit 1; }; sleep 600"
    made = service("one", script, restart_policy={"Name": "on-failure"})
    containers.await_health({"one": made}, within=30)
    made.reload()
    assert made.status == "running"


def test_who_fails_again_and_again_is_not(service):
    made = service("one", "echo no key; exit 1", restart_policy={"Name": "on-failure"})
    with pytest.raises(UnwellError, match=r"one ended with exit code .*no key"):
        containers.await_health({"one": made}, within=60)


def test_what_is_copied_out_is_readable_by_its_owner_alone(service, tmp_path):
    made = service(
        "one",
        "mkdir /var/lib/pacslab/keys; echo secret >/var/lib/pacslab/keys/key.pem; chmod 644 /var/lib/pacslab/keys/*",
    )
    made.wait()
    containers.copy_out(made, "/var/lib/pacslab/keys", tmp_path / "visitor")
    (key,) = (tmp_path / "visitor").iterdir()
    assert key.read_text() == "secret\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_nothing_is_left_of_a_lab_and_everything_of_another(daemon, project, service):
    labels = {OF_PROJECT: project}
    other = daemon.client.volumes.create(labels={OF_PROJECT: f"{project}-other"})
    try:
        network = daemon.client.networks.create(f"{project}_n", labels=labels, internal=True)
        volume = daemon.client.volumes.create(labels=labels)
        service("one", network_mode=network.name, volumes={volume.name: {"bind": "/keys"}})
        service("two", start=False)
        assert len(list(containers.leftovers(daemon, project))) == 4
        containers.sweep(daemon, project)
        containers.sweep(daemon, project)
        assert list(containers.leftovers(daemon, project)) == []
        assert len(list(containers.leftovers(daemon, f"{project}-other"))) == 1
    finally:
        other.remove()
