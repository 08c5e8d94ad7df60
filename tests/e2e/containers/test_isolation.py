"""What a container reaches, tried from inside it: only what the picture in compose/ shows.

A scan goes to every address of the lab, to every gateway and to this machine's own; it is bounded
in addresses and ports. Who listens on this machine and behind it is put there by the tests.
"""

import ipaddress
import json
import socket

import psutil
import pytest

from lab.engines import containers, packet_filter
from lab.engines.daemon import connected

pytestmark = [pytest.mark.engine, pytest.mark.program("ip", "iptables")]

PORTS = [*range(1, 1025), 2375, 2376, 2762, 4242, 5432, 8042, 8080, 9000, *range(11112, 11121)]
NEIGHBOURS = 24
"""So many addresses of each network are tried, whether anybody is known to be there or not."""
SCAN = """
import asyncio, json, sys

async def main(targets, ports):
    slots, found = asyncio.Semaphore(300), set()

    async def knock(address, port):
        async with slots:
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), 3)
            except OSError:
                return False
            except asyncio.TimeoutError:
                return False
            writer.close()
            found.add((address, port))
            return True

    async def scan(address):
        await asyncio.gather(*(knock(address, port) for port in ports[-20:]))
        if await answers(address):
            await asyncio.gather(*(knock(address, port) for port in ports[:-20]))

    async def answers(address):
        # A closed port of somebody who is there is refused; else nobody is.
        try:
            await asyncio.wait_for(asyncio.open_connection(address, 9), 3)
        except ConnectionRefusedError:
            return True
        except (OSError, asyncio.TimeoutError):
            return False
        return True

    await asyncio.gather(*(scan(address) for address in targets))
    print(json.dumps(sorted(found)))

asyncio.run(main(*json.load(sys.stdin)))
"""
LOOK_AROUND = """
import json, os, socket
def read(path):
    try:
        return open(path).read()
    except OSError:
        return ""
def writable(path):
    try:
        open(os.path.join(path, "probe"), "w").close()
    except OSError:
        return False
    os.remove(os.path.join(path, "probe"))
    return True
status = dict(line.split(":", 1) for line in read("/proc/self/status").splitlines())
keys = []
for place, folders, files in os.walk("/"):
    folders[:] = [one for one in folders if os.path.join(place, one) not in ("/proc", "/sys", "/dev")]
    for name in files:
        path = os.path.join(place, name)
        if name.endswith((".pem", ".key", ".p12")) or place.startswith(("/keys", "/authority")):
            if "PRIVATE KEY" in read(path):
                keys.append(path)
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    raw = True
except OSError:
    raw = False
print(json.dumps({
    "uid": os.getuid(),
    "capabilities": [int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "no_new_privileges": status["NoNewPrivs"].strip(),
    "keys": sorted(keys),
    "authority": os.listdir("/authority"),
    "writable": [path for path in ("/", "/etc", "/opt/pacslab", "/keys", "/usr/bin") if writable(path)],
    "raw": raw,
    "engine": os.path.exists("/var/run/docker.sock") or os.path.exists("/run/docker.sock"),
}))
"""


@pytest.fixture
def everybody(lab):
    """Every container of the lab by service; pki has ended."""
    with connected(lab.engine_host) as daemon:
        found = containers.all_of(daemon, lab.project)
        yield {one.labels[containers.OF_SERVICE]: one for one in found}


@pytest.fixture
def networks(lab):
    """The lab's networks by their short name."""
    with connected(lab.engine_host) as daemon:
        found = daemon.client.networks.list(
            filters={"label": f"{containers.OF_PROJECT}={lab.project}"}
        )
        yield {network.name.removeprefix(f"{lab.project}_"): network for network in found}


def addresses(container):
    found = container.attrs["NetworkSettings"]["Networks"].items()
    return {name.rpartition("_")[2]: one["IPAddress"] for name, one in found if one["IPAddress"]}


def of_this_machine():
    """IPv4 addresses of this machine that are not loopback."""
    found = [one for several in psutil.net_if_addrs().values() for one in several]
    return {
        one.address
        for one in found
        if one.family is socket.AF_INET and not ipaddress.ip_address(one.address).is_loopback
    }


def gateways_and_neighbours(networks):
    """The first addresses of each network; its gateway is among them."""
    found = set()
    for network in networks.values():
        for pool in network.attrs["IPAM"]["Config"]:
            hosts = ipaddress.ip_network(pool["Subnet"]).hosts()
            found |= {str(next(hosts)) for _ in range(NEIGHBOURS)}
            assert pool.get("Gateway", next(iter(found))) in found
    return found


def run(container, program, given=None):
    """Run a Python program in a container; the JSON that it prints."""
    told = json.dumps(given)
    started = ["python3", "-c", f"import io, sys; sys.stdin = io.StringIO(sys.argv[1])\n{program}"]
    code, said = container.exec_run([*started, told], demux=False)
    assert code == 0, said.decode()
    return json.loads(said)


@pytest.fixture
def scan(lab, everybody, networks):
    """What answers a container, of all that there is; published ports are tried everywhere, too."""
    ports = [*PORTS, lab.open.port, lab.secure.port]

    def of(service):
        one = everybody[service]
        own = set(addresses(one).values())
        there = {address for other in everybody.values() for address in addresses(other).values()}
        targets = (there | gateways_and_neighbours(networks) | of_this_machine()) - own
        return {tuple(found) for found in run(one, SCAN, [sorted(targets), ports])}

    return of


@pytest.fixture
def listening_here():
    """Somebody on this machine accepts connections at every address of it, on a scanned port."""
    for port in reversed(PORTS):
        try:
            listening = socket.create_server(("0.0.0.0", port))
        except OSError:
            continue
        with listening:
            yield port
        return
    pytest.fail("every port is taken")


def at(everybody, service, network, *ports):
    return {(addresses(everybody[service])[network], port) for port in ports}


def test_from_the_stranger_only_the_two_archives_answer(everybody, scan, listening_here):
    assert scan("stranger") == {
        *at(everybody, "pacs-open", "internet", 11112),
        *at(everybody, "pacs-secure", "internet", 2762),
    }


def test_from_a_compromised_modality_only_its_own_network_answers(everybody, scan, listening_here):
    assert scan("modality") == {
        *at(everybody, "pacs-open", "clinic", 11112),
        *at(everybody, "pacs-secure", "clinic", 2762),
        *at(everybody, "workstation", "clinic", 11112, 2762),
    }


def test_from_the_device_without_tls_only_its_side_car_answers(everybody, scan, listening_here):
    assert scan("legacy-modality") == at(everybody, "sidecar", "legacy", 11112)


def test_from_an_archive_nothing_of_this_machine_answers(everybody, scan, listening_here):
    reached = {address for address, _ in scan("pacs-open")}
    assert reached == {
        addresses(everybody["pacs-secure"])["internet"],
        addresses(everybody["pacs-secure"])["clinic"],
        addresses(everybody["pacs-secure"])["door"],
        addresses(everybody["workstation"])["clinic"],
    }


def test_a_compromised_modality_finds_no_key_but_its_own_and_no_way_up(everybody):
    found = run(everybody["modality"], LOOK_AROUND)
    assert found == {
        "uid": 10001,
        "capabilities": [0, 0, 0, 0],
        "no_new_privileges": "1",
        "keys": ["/keys/key.pem"],
        "authority": [],
        "writable": [],
        "raw": False,
        "engine": False,
    }


def test_the_stranger_holds_nothing_that_was_issued(everybody):
    found = run(everybody["stranger"], LOOK_AROUND)
    assert [key for key in found["keys"] if key.startswith(("/keys", "/authority"))] == []
    assert [one["Destination"] for one in everybody["stranger"].attrs["Mounts"]] == [
        "/etc/pacslab/stranger.toml"
    ]


def test_each_key_volume_is_its_services_alone_and_the_authoritys_is_pkis(lab, everybody):
    holders = {}
    for service, one in everybody.items():
        for mount in one.attrs["Mounts"]:
            if mount["Type"] == "volume" and service != "pki":
                name = mount["Name"].removeprefix(f"{lab.project}_")
                holders.setdefault(name, set()).add(service)
    keys = {name: who for name, who in holders.items() if name.endswith("-keys")}
    assert keys == {
        "pacs-secure-keys": {"pacs-secure"},
        "modality-keys": {"modality"},
        "workstation-keys": {"workstation"},
        "sidecar-keys": {"sidecar"},
        "examiner-keys": {"examiner"},
    }
    assert "authority" not in holders
    assert everybody["pki"].status == "exited"
    assert everybody["pki"].attrs["HostConfig"]["NetworkMode"] == "none"


def test_every_container_has_given_up_what_it_does_not_need(everybody):
    for service, one in everybody.items():
        settings = one.attrs["HostConfig"]
        assert settings["ReadonlyRootfs"], service
        assert settings["CapDrop"] == ["ALL"], service
        assert not settings["CapAdd"], service
        assert not settings["Privileged"], service
        assert "no-new-privileges:true" in settings["SecurityOpt"], service
        assert settings["Memory"] > 0, service
        assert settings["PidsLimit"] > 0, service
        assert settings["NanoCpus"] > 0, service
        assert settings["Init"], service
        assert settings["LogConfig"]["Config"]["max-size"], service
        assert settings["RestartPolicy"]["Name"] in {"on-failure", "no", ""}, service
        assert one.attrs["Config"]["User"] == "10001:10001", service
        if service != "pki":
            assert one.attrs["Config"]["Healthcheck"]["Test"], service


def test_no_default_route_leads_to_this_machine_but_the_archives_and_nobody_has_ipv6(everybody):
    """Engines before 28 name a gateway on shut networks, too; it is an address that nobody has."""
    here = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    }
    for service, one in everybody.items():
        if service in {"pki", "sidecar"}:  # ended; has no Python, but `cat`
            continue
        code, said = one.exec_run(["cat", "/proc/net/route"])
        assert code == 0
        defaults = [
            str(ipaddress.IPv4Address(bytes.fromhex(line.split()[2])[::-1]))
            for line in said.decode().splitlines()
            if line.split()[1] == "00000000"
        ]
        if service.startswith("pacs-"):
            assert len(defaults) == 1, service
            assert set(defaults) <= here, service
        else:
            assert not set(defaults) & here, service
        code, said = one.exec_run(["cat", "/proc/net/if_inet6"])
        assert not [line for line in said.decode().splitlines() if not line.endswith(" lo")], (
            service
        )


def test_nobody_reaches_what_lies_behind_this_machine(
    mended, engine, everybody, networks, neighbour, from_inside
):
    """The neighbour would answer: this machine reaches it, and so does an archive without rules."""
    for pool in networks["door"].attrs["IPAM"]["Config"]:
        neighbour.route(pool["Subnet"])
    with neighbour.listening() as port:
        with socket.create_connection((neighbour.there, port), timeout=5):
            pass
        for service, one in everybody.items():
            if service not in {"pki", "sidecar"}:
                assert from_inside(one, neighbour.there, port) != "reached", service

        engine.stop(mended, "open")
        packet_filter.lift(mended.project)
        assert from_inside(everybody["pacs-secure"], neighbour.there, port) == "reached"
        assert from_inside(everybody["modality"], neighbour.there, port) != "reached"


def test_names_of_the_world_lead_nowhere_and_those_of_the_lab_to_it(everybody):
    program = """
import json, socket, sys
def resolve(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return None
print(json.dumps([resolve(name) for name in json.load(sys.stdin)]))
"""
    names = ["pacs-secure", "modality", "legacy-modality", "host.docker.internal"]
    found = run(everybody["stranger"], program, names)
    assert found == [addresses(everybody["pacs-secure"])["internet"], None, None, None]
