import os

import pytest

from pacs_open.errors import ConfigurationError
from pacs_secure import audit_chain
from pacs_secure.audit_chain import Head
from pacs_secure.audit_check import Fault, Finding, check

FORGED = b"%d " + b"0" * 64 + b" <forged/>\n"


@pytest.fixture
def trail(tmp_path):
    """Eight good lines; a function puts others in their place and asks for the findings."""
    key, anchor, file = tmp_path / "key", tmp_path / "anchor", tmp_path / "trail"
    audit_chain.make_key(key)
    secret, head, lines = audit_chain.read_key(key), Head(), []
    for number in range(1, 9):
        line, head = audit_chain.follow(secret, head, f"<line n='{number}'/>")
        lines.append(line)
    os.close(audit_chain.write_anchor(anchor, head))

    def judge(change=lambda lines: lines):
        file.write_bytes(b"".join(change(list(lines))))
        return [(found.fault, found.line) for found in check(file, key, anchor)]

    judge.paths = file, key, anchor
    return judge


def replaced(number, line):
    return lambda lines: [*lines[: number - 1], line(lines[number - 1]), *lines[number:]]


def other_digest(line):
    sequence, digest, message = line.split(b" ", 2)
    return b" ".join((sequence, digest[::-1], message))


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (lambda lines: lines, []),
        (replaced(3, lambda line: line.replace(b"line", b"lime")), [(Fault.EDITED, 3)]),
        (replaced(8, lambda line: b"9" + line[1:]), [(Fault.REMOVED, None)]),
        (
            replaced(3, other_digest),
            [(Fault.EDITED, 3), (Fault.EDITED, 4)],  # what follows is not sealed to it any more
        ),
        (lambda lines: lines[:3] + lines[4:], [(Fault.REMOVED, None)]),
        (lambda lines: lines[2:], [(Fault.REMOVED, None)]),
        (lambda lines: lines[:2] + lines[5:], [(Fault.REMOVED, None)]),
        (lambda lines: lines[:7], [(Fault.TAIL_CUT, None)]),
        (lambda lines: [], [(Fault.TAIL_CUT, None)]),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], [(Fault.MOVED, 4)]),
        (lambda lines: [lines[-1], *lines[:-1]], [(Fault.MOVED, n) for n in range(2, 9)]),
        (lambda lines: [*lines[:4], FORGED % 4, *lines[4:]], [(Fault.INSERTED, 5)]),
        (lambda lines: [*lines[:3], FORGED % 4, *lines[3:]], [(Fault.INSERTED, 4)]),
        (lambda lines: [*lines[:4], b"hello\n", *lines[4:]], [(Fault.INSERTED, 5)]),
        (lambda lines: [*lines[:4], b"\n", *lines[4:]], [(Fault.INSERTED, 5)]),
        (lambda lines: [FORGED % 0, *lines], [(Fault.INSERTED, 1)]),
        (lambda lines: [*lines, FORGED % 9], [(Fault.EDITED, 9)]),
        (lambda lines: [*lines, lines[3]], [(Fault.MOVED, 9)]),  # the same line twice
        (lambda lines: [*lines[:4], lines[3], *lines[4:]], [(Fault.INSERTED, 5)]),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], [(Fault.UNFINISHED, 8)]),
        (
            lambda lines: [*lines[:6], lines[6][:20]],
            [(Fault.UNFINISHED, 7), (Fault.TAIL_CUT, None)],
        ),
    ],
)
def test_what_was_done_to_a_trail_is_named(change, findings, trail):
    assert trail(change) == findings


def test_each_line_can_be_the_one_that_was_edited_or_removed(trail):
    for number in range(1, 9):
        edited = replaced(number, lambda line: line.replace(b"<line", b"<LINE"))
        assert trail(edited) == [(Fault.EDITED, number)]
        gone = Fault.TAIL_CUT if number == 8 else Fault.REMOVED
        assert trail(lambda lines, n=number: lines[: n - 1] + lines[n:]) == [(gone, None)]


def test_an_anchor_of_another_trail_does_not_fit(trail):
    trail()
    file, key, anchor = trail.paths
    os.close(audit_chain.write_anchor(anchor, Head(8, "f" * 64, 5)))

    assert [found.fault for found in check(file, key, anchor)] == [Fault.ANCHOR]


def test_another_key_verifies_nothing(trail):
    trail()
    file, key, anchor = trail.paths
    key.unlink()
    audit_chain.make_key(key)

    assert [found.fault for found in check(file, key, anchor)] == [Fault.EDITED] * 8


def test_lines_behind_the_anchor_are_fine_if_they_are_genuine(trail):
    trail()
    file, key, anchor = trail.paths
    os.close(audit_chain.write_anchor(anchor, Head(0)))

    assert check(file, key, anchor) == []


def test_without_key_or_anchor_nothing_is_said(trail):
    trail()
    file, key, anchor = trail.paths
    anchor.unlink()
    with pytest.raises(ConfigurationError):
        check(file, key, anchor)
    key.unlink()
    with pytest.raises(ConfigurationError):
        check(file, key, anchor)


def test_a_finding_reads_as_a_sentence():
    assert str(Finding(Fault.EDITED, "as sequence number 3", 3)) == (
        "line 3: edited: as sequence number 3"
    )
    assert str(Finding(Fault.TAIL_CUT, "sequence numbers 3 to 4")).startswith("tail cut off: ")
