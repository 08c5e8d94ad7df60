"""The rules around the lab: set once, found again, removed whole; tried in a network of the test's own."""

import json
import os
import subprocess
import sys

import pytest

from lab.engines import packet_filter
from lab.engines.packet_filter import FilterError

pytestmark = pytest.mark.program("unshare", "iptables")

PRELUDE = """
import json, subprocess
from lab.engines import packet_filter as p

def iptables(*words):
    return subprocess.run(["iptables", *words], check=True, capture_output=True, text=True).stdout

def chain(name):
    return [line for line in iptables("-S", name).splitlines() if line.startswith("-A")]
"""


@pytest.fixture
def apart(program):
    """Run a program in a network of its own, where no rule is; what it has in ``said``."""
    if os.geteuid() != 0:
        pytest.skip("only root can have a network of its own")

    def run(script):
        done = subprocess.run(
            [
                program("unshare"),
                "--net",
                sys.executable,
                "-c",
                f"{PRELUDE}{script}\nprint(json.dumps(said))",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_all_that_is_not_of_the_bridge_itself_is_dropped(apart):
    forward, entering = apart("""
p.stand("one", ["br-b", "br-a"])
said = [chain("FORWARD"), chain("INPUT")]
""")
    assert len(forward) == 4
    assert all(rule.endswith('--comment "pacslab lab one" -j DROP') for rule in forward + entering)
    for bridge in ("br-a", "br-b"):
        assert any(f"! -i {bridge} -o {bridge} " in rule for rule in forward)
        assert any(f"-i {bridge} ! -o {bridge} " in rule for rule in forward)
        assert any(
            f"-i {bridge} -m conntrack ! --ctstate RELATED,ESTABLISHED" in rule for rule in entering
        )


def test_they_come_before_all_others(apart):
    (first, *_), (entering, *_) = apart("""
iptables("-A", "FORWARD", "-j", "ACCEPT")
iptables("-A", "INPUT", "-j", "ACCEPT")
p.stand("one", ["br-a"])
said = [chain("FORWARD"), chain("INPUT")]
""")
    assert "br-a" in first
    assert "br-a" in entering


def test_docker_leaves_room_for_them_where_its_chain_is_in_use(apart):
    users, forward = apart("""
iptables("-N", "DOCKER-USER")
iptables("-A", "DOCKER-USER", "-j", "RETURN")
iptables("-I", "FORWARD", "-j", "DOCKER-USER")
p.stand("one", ["br-a"])
said = [chain("DOCKER-USER"), chain("FORWARD")]
""")
    assert len(users) == 3
    assert users[-1].endswith("-j RETURN")
    assert forward == ["-A FORWARD -j DOCKER-USER"]


def test_a_chain_that_no_packet_goes_through_is_not_relied_on(apart):
    users, forward = apart("""
iptables("-N", "DOCKER-USER")
p.stand("one", ["br-a"])
said = [chain("DOCKER-USER"), chain("FORWARD")]
""")
    assert users == []
    assert len(forward) == 2


def test_docker_that_moves_its_jump_has_removed_nothing(apart):
    """It takes the jump out and puts it back in front whenever a network is made."""
    stood, stands, set_again, forward = apart("""
iptables("-N", "DOCKER-USER")
iptables("-I", "FORWARD", "-j", "DOCKER-USER")
p.stand("one", ["br-a"])
stood = p.stands("one", ["br-a"])
class p_time:  # its own only: subprocess sleeps, too
    def sleep(_):
        iptables("-I", "FORWARD", "-j", "DOCKER-USER")
p.time = p_time
iptables("-D", "FORWARD", "-j", "DOCKER-USER")
stands = p.stands("one", ["br-a"])
iptables("-D", "FORWARD", "-j", "DOCKER-USER")
p.stand("one", ["br-a", "br-b"])
said = [stood, stands, len(chain("DOCKER-USER")), chain("FORWARD")]
""")
    assert stood is True
    assert stands is True
    assert set_again == 4
    assert forward == ["-A FORWARD -j DOCKER-USER"]


def test_a_jump_that_does_not_come_back_is_missed(apart):
    assert (
        apart("""
iptables("-N", "DOCKER-USER")
iptables("-I", "FORWARD", "-j", "DOCKER-USER")
p.stand("one", ["br-a"])
iptables("-D", "FORWARD", "-j", "DOCKER-USER")
said = p.stands("one", ["br-a"])
""")
        is False
    )


def test_setting_them_twice_sets_them_once(apart):
    once, twice = apart("""
p.stand("one", ["br-a"])
once = chain("FORWARD") + chain("INPUT")
p.stand("one", ["br-a"])
said = [once, chain("FORWARD") + chain("INPUT")]
""")
    assert once == twice


def test_each_rule_that_is_gone_is_missed(apart):
    before, missed = apart("""
p.stand("one", ["br-a"])
before, missed = p.stands("one", ["br-a"]), []
for name in ("FORWARD", "INPUT"):
    for rule in chain(name):
        iptables("-D", name, "1")
        missed.append(p.stands("one", ["br-a"]))
        p.stand("one", ["br-a"])
said = [before, missed]
""")
    assert before is True
    assert missed == [False] * 3


def test_another_bridge_has_no_rules_yet(apart):
    assert apart('p.stand("one", ["br-a"]); said = p.stands("one", ["br-a", "br-b"])') is False


def test_all_of_a_lab_go_and_nothing_else(apart):
    left = apart("""
iptables("-N", "DOCKER-USER")
iptables("-I", "FORWARD", "-j", "DOCKER-USER")
iptables("-A", "INPUT", "-p", "tcp", "-m", "comment", "--comment", "my own", "-j", "ACCEPT")
p.stand("one", ["br-a"])
p.stand("one-more", ["br-b"])
p.lift("one")
p.lift("one")
said = [chain(name) for name in ("INPUT", "FORWARD", "DOCKER-USER")]
""")
    entering, forward, users = left
    assert len(entering) == 2
    assert any("my own" in rule for rule in entering)
    assert forward == ["-A FORWARD -j DOCKER-USER"]
    assert len(users) == 2
    assert all("pacslab lab one-more" in rule for rule in users)


def test_without_iptables_it_cannot_be_set_and_there_is_nothing_to_lift(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FilterError, match="there is no iptables"):
        packet_filter.stand("one", ["br-a"])
    with pytest.raises(FilterError, match="there is no iptables"):
        packet_filter.stands("one", ["br-a"])
    packet_filter.lift("one")


@pytest.fixture
def pretended(monkeypatch, tmp_path):
    """Put a script in the place of iptables; how often it was called is in ``$calls``."""

    def pretend(script):
        program = tmp_path / "iptables"
        count = f'echo >> "{tmp_path}/calls"; calls=$(wc -l < "{tmp_path}/calls")'
        program.write_text(f"#!/bin/sh\n{count}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return pretend


def test_a_filter_that_others_hold_for_a_moment_is_asked_again(pretended):
    """Otherwise the guard would stop the leaking archive because another lab sets its rules."""
    pretended('[ "$calls" -gt 2 ] || { echo "Resource temporarily unavailable" >&2; exit 4; }')
    assert packet_filter.stands("one", ["br-a"]) is True


def test_a_filter_that_does_not_say_is_not_one_without_the_rules(pretended):
    pretended('echo "Resource temporarily unavailable" >&2; exit 4')
    with pytest.raises(FilterError, match="refuses: Resource temporarily unavailable"):
        packet_filter.stands("one", ["br-a"])


LISTED = r"""case "$*" in
*"-S INPUT") echo '-A INPUT -i br-a -m comment --comment "pacslab lab one" -j DROP' ;;
*-S*) ;;
*-D*) echo "Bad rule (does a matching rule exist in that chain?)" >&2; exit 1 ;;
*-C*) exit {} ;;
esac"""


def test_a_rule_that_somebody_else_removes_at_the_same_time_is_removed(pretended):
    pretended(LISTED.format(1))
    packet_filter.lift("one")


def test_a_rule_that_stays_is_told(pretended):
    pretended(LISTED.format(0))
    with pytest.raises(FilterError, match="refuses: Bad rule"):
        packet_filter.lift("one")


def test_a_refusal_is_one_line(monkeypatch, tmp_path):
    program = tmp_path / "iptables"
    program.write_text("#!/bin/sh\necho 'Permission denied (you must be root)' >&2\nexit 4\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(
        FilterError, match=r"iptables refuses: Permission denied \(you must be root"
    ):
        packet_filter.stand("one", ["br-a"])


def test_where_names_are_answered_outside_the_containers_only_these_questions_pass(apart):
    entering, stands, others, left = apart("""
p.stand("one", ["br-a"], names=True)
said = [chain("INPUT"), p.stands("one", ["br-a"], names=True), p.stands("two", ["br-a"])]
p.lift("one")
said.append(chain("INPUT"))
""")
    assert len(entering) == 2
    assert "-i br-a -p udp -m udp --dport 53" in entering[0]
    assert entering[0].endswith("-j ACCEPT")
    assert entering[1].endswith("-j DROP")
    assert stands
    assert not others
    assert left == []
