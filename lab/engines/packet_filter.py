"""Rules of this machine's packet filter around the lab's bridges (iptables).

Below engine 28 a neighbour on the same network segment reaches what is published on 127.0.0.1: the
engine rewrites the destination before anybody asks whether 127.0.0.1 may come from outside. And a
container reaches whatever listens on this machine, by the gateway's address. So for each bridge:

- forwarded packets into it from anywhere else, and out of it to anywhere else, are dropped;
- packets from it to this machine are dropped, but for answers.

What comes in by 127.0.0.1 is not forwarded: it is handed on by the engine's own proxy here. Each
rule carries the lab's name as a comment; by that it is found and removed.
"""

import shlex
import shutil
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence

from lab.evidence import printable

COMMENT = "pacslab lab {}"
USERS_CHAIN = "DOCKER-USER"
"""Where docker leaves room for rules that come before its own, whenever it is restarted."""
CHAINS = ("INPUT", "FORWARD", USERS_CHAIN)
WITHIN = 20.0
"""Seconds for one command; others may hold the lock of the filter."""
JUMP_TRIES = 10
JUMP_AGAIN_AFTER = 0.05
"""Seconds until docker, which moves the jump to its chain, has put it back for sure."""
BUSY = 4
"""Exit code of iptables where others hold the filter; it knows nothing of the rule then."""
BUSY_TRIES = 10
BUSY_AGAIN_AFTER = 0.05

Rule = tuple[str, Sequence[str]]
"""Chain, and the words of the rule."""


class FilterError(Exception):
    """The packet filter cannot be set; the message says why."""


def stand(lab: str, bridges: Collection[str], *, names: bool = False) -> None:
    """Set the rules that are not there yet, before all others of their chain.

    ``names``: the engine answers for the names of containers on this machine, not within them.

    Raises:
        FilterError: no iptables, no right to use it, or it refuses.
    """
    for chain, words in _rules(lab, bridges, _forward_chain(), names=names):
        if not _is_set(chain, words):
            _iptables("-I", chain, "1", *words)


def read() -> None:
    """See whether rules could be set at all.

    Raises:
        FilterError: no iptables, no right to use it, or it refuses.
    """
    _iptables("-S", "INPUT")


def stands(lab: str, bridges: Collection[str], *, names: bool = False) -> bool:
    """Whether every rule is there.

    Raises:
        FilterError: the filter cannot be read.
    """
    return all(
        _is_set(chain, words)
        for chain, words in _rules(lab, bridges, _forward_chain(), names=names)
    )


def lift(lab: str) -> None:
    """Remove all rules of a lab; nothing to do where there is no iptables.

    The keeper may do the same at the same time: a rule that is gone meanwhile is removed.

    Raises:
        FilterError: it refuses.
    """
    if shutil.which("iptables") is None:
        return
    for chain, words in _found(lab):
        try:
            _iptables("-D", chain, *words)
        except FilterError:
            if _is_set(chain, words):
                raise


def _rules(
    lab: str, bridges: Collection[str], forward: str, *, names: bool = False
) -> Iterator[Rule]:
    ours = ("-m", "comment", "--comment", COMMENT.format(lab))
    mark = (*ours, "-j", "DROP")
    for bridge in sorted(bridges):
        yield forward, ("!", "-i", bridge, "-o", bridge, *mark)
        yield forward, ("-i", bridge, "!", "-o", bridge, *mark)
        answers = ("-m", "conntrack", "!", "--ctstate", "RELATED,ESTABLISHED")
        yield "INPUT", ("-i", bridge, *answers, *mark)
        if names:  # set after, so that it comes before
            question = ("-i", bridge, "-p", "udp", "-m", "udp", "--dport", "53")
            yield "INPUT", (*question, *ours, "-j", "ACCEPT")


def _forward_chain() -> str:
    """Docker's own chain for users, if packets go through it; else the kernel's.

    Whenever a network is made, docker takes the jump to its chain out and puts it back in front:
    for a moment it is not there, and nothing has been removed.
    """
    for _ in range(JUMP_TRIES):
        if _run("-C", "FORWARD", "-j", USERS_CHAIN).returncode == 0:
            return USERS_CHAIN
        if _run("-S", USERS_CHAIN).returncode:
            break
        time.sleep(JUMP_AGAIN_AFTER)
    return "FORWARD"


def _is_set(chain: str, words: Sequence[str]) -> bool:
    """Whether a rule is there. Raises FilterError where the filter does not say."""
    done = _run("-C", chain, *words)
    if done.returncode == BUSY:
        raise FilterError(_refusal(done))
    return done.returncode == 0


def _found(lab: str) -> Iterator[Rule]:
    """The rules with this lab's comment, as iptables writes them."""
    for chain in CHAINS:
        for line in _run("-S", chain).stdout.splitlines():
            words = shlex.split(line)
            if words[:1] == ["-A"] and COMMENT.format(lab) in words:
                yield words[1], words[2:]


def _iptables(*arguments: str) -> None:
    done = _run(*arguments)
    if done.returncode:
        raise FilterError(_refusal(done))


def _refusal(done: "subprocess.CompletedProcess[str]") -> str:
    lines = done.stderr.strip().splitlines() or ["it says nothing"]
    return f"iptables refuses: {printable(lines[0], 200)}"


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run iptables, and again for a while where it is busy: labs and engines share one filter."""
    for _ in range(BUSY_TRIES):
        done = _run_once(*arguments)
        if done.returncode != BUSY:
            break
        time.sleep(BUSY_AGAIN_AFTER)
    return done


def _run_once(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("iptables")
    if program is None:
        raise FilterError("there is no iptables (Debian package iptables)")
    try:
        return subprocess.run(
            [program, "--wait", "10", *arguments],
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FilterError(f"iptables does not answer in {WITHIN:.0f} s") from error
