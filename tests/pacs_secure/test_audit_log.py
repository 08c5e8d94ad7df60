import errno
import os
import shutil
import subprocess
import sys
from base64 import b64encode

import pytest

from pacs_open.errors import ConfigurationError
from pacs_secure import audit_chain, audit_log
from pacs_secure.audit_folding import ONE_BY_ONE, WINDOW, Folding
from pacs_secure.audit_log import AuditLog, Entry, Fault, Files, check
from pacs_secure.audit_message import AuditMessages, Participant, Transfer

MESSAGES = AuditMessages("TEST")
TRANSFER = Transfer(Participant("a"), Participant("b"), (), "1.2.3", "P1", "C")


@pytest.fixture
def files(tmp_path):
    apart = tmp_path / "apart"
    apart.mkdir()
    audit_chain.make_key(apart / "key")
    return Files(tmp_path / "trail" / "audit.log", apart / "key", apart / "anchor")


@pytest.fixture
def open_log(files):
    opened = []

    def make():
        opened.append(AuditLog(files, MESSAGES))
        return opened[-1]

    yield make
    for log in opened:
        log.close()


def kill(log):
    """End a writer as kill -9 would: nothing is said or tidied."""
    log._forget()


def lines(files):
    return files.trail.read_bytes().splitlines()


def faults(files):
    return [finding.fault for finding in check(files.trail, files.key, files.anchor)]


def test_a_trail_begins_and_ends_by_saying_so(files, open_log):
    log = open_log()
    log.ask("w", [Entry("<a/>"), Entry("<b/>")])
    log.close()

    started, first, second, stopped = lines(files)
    assert b'"110134"' in started
    assert first.endswith(b" <a/>")
    assert second.endswith(b" <b/>")
    assert b'"110133"' in stopped
    assert faults(files) == []


def test_the_anchor_names_the_last_line_as_soon_as_it_is_answered(files, open_log):
    log = open_log()
    log.ask("w", [Entry("<a/>")])

    anchored = audit_chain.read_anchor(files.anchor)

    assert anchored.sequence == len(lines(files))
    assert anchored.offset == files.trail.stat().st_size


def test_a_second_run_goes_on_where_the_first_ended(files, open_log):
    open_log().close()
    before = lines(files)
    open_log().close()

    assert lines(files)[: len(before)] == before
    assert faults(files) == []


def test_a_writer_killed_between_line_and_anchor_is_recovered(files, open_log, monkeypatch):
    log = open_log()
    monkeypatch.setattr(audit_chain, "move_anchor", lambda *_: None)
    log.ask("w", [Entry("<a/>"), Entry("<b/>")])
    kill(log)
    monkeypatch.undo()

    open_log().close()

    assert b"<b/>" in files.trail.read_bytes()
    assert faults(files) == []


def test_half_a_line_is_taken_out_and_told(files, open_log):
    kill(open_log())
    with files.trail.open("ab") as trail:
        trail.write(b"2 0123")

    open_log().close()

    assert len(lines(files)) == 4  # start, doubt, start, stop
    assert b'EventOutcomeIndicator="12"' in lines(files)[1]
    assert faults(files) == []


def test_lines_that_another_hand_put_behind_the_anchor_stay_and_show(files, open_log):
    open_log().close()
    with files.trail.open("ab") as trail:
        trail.write(b"3 " + b"0" * 64 + b" <forged/>")  # not even a line feed
        trail.write(b"\nnonsense\n")

    open_log().close()

    assert b"<forged/>" in files.trail.read_bytes()
    assert faults(files) == [Fault.INSERTED, Fault.INSERTED]


def test_a_cut_tail_shows_before_and_after_the_next_start(files, open_log):
    log = open_log()
    log.ask("w", [Entry(f"<a n='{n}'/>") for n in range(3)])
    log.close()
    content = files.trail.read_bytes()
    files.trail.write_bytes(content[: content.index(b"n='1'") + 2])  # in the middle of a line

    assert Fault.TAIL_CUT in faults(files)
    open_log().close()

    found = check(files.trail, files.key, files.anchor)
    assert Fault.REMOVED in {finding.fault for finding in found}
    assert any("3 to 5" in finding.what or "4 to 5" in finding.what for finding in found)


def test_a_hand_that_changes_the_trail_while_it_is_written_is_told(files, open_log):
    log = open_log()
    log.ask("w", [Entry("<a/>")])
    with files.trail.open("r+b") as trail:
        trail.truncate(10)

    log.ask("w", [Entry("<b/>")])

    assert b"<b/>" in lines(files)[-1]
    assert b'EventOutcomeIndicator="12"' in lines(files)[-2]
    assert Fault.REMOVED in faults(files)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps an open file in its place")
@pytest.mark.parametrize("instead", [None, "copy"])
def test_a_trail_that_is_taken_away_or_replaced_is_not_written_on(files, open_log, instead):
    log = open_log()
    log.ask("1", [Entry("<before/>")])
    aside = files.trail.with_name("aside")
    files.trail.rename(aside)
    if instead:
        shutil.copy(aside, files.trail)

    with pytest.raises(OSError, match="taken away or replaced"):
        log.ask("1", [Entry("<lost/>")])
    aside.replace(files.trail)
    log.ask("1", [Entry("<after/>")])
    assert check(files.trail, files.key, files.anchor) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own rules for files")
def test_a_trail_that_others_may_read_is_not_written_on(files, open_log):
    open_log().close()
    files.trail.chmod(0o644)

    with pytest.raises(ConfigurationError, match="others may read it"):
        open_log()


def test_a_full_disk_takes_nothing_and_the_trail_stays_whole(files, open_log, monkeypatch):
    log = open_log()
    before, write = files.trail.read_bytes(), os.write
    monkeypatch.setattr(
        audit_log.os, "write", lambda descriptor, content: write(descriptor, content[:10])
    )
    with pytest.raises(OSError) as full:
        log.ask("w", [Entry("<a/>")])
    monkeypatch.undo()

    assert full.value.errno == errno.ENOSPC
    assert files.trail.read_bytes() == before
    log.ask("w", [Entry("<b/>")])
    log.close()
    assert faults(files) == []


def test_an_anchor_that_cannot_be_renewed_is_a_failure_until_it_can(files, open_log, monkeypatch):
    log = open_log()
    monkeypatch.setattr(audit_log, "SYNC_EVERY", 0.0)
    new = files.anchor.with_name("anchor.new")
    new.mkdir()  # in the way
    with pytest.raises(OSError):
        log.ask("w", [Entry("<a/>")])
    with pytest.raises(OSError):
        log.ask("w", [Entry("<b/>")])

    new.rmdir()
    log.close()
    assert faults(files) == []


def test_repeated_refusals_are_counted_and_told_at_the_end(files, open_log):
    log = open_log()
    for _ in range(ONE_BY_ONE + 7):
        log.ask("w", [Entry("<refused/>", kind="stranger")])
    log.close()

    assert sum(b"<refused/>" in line for line in lines(files)) == ONE_BY_ONE
    assert len(lines(files)) == ONE_BY_ONE + 3  # start, the count, stop
    assert faults(files) == []


def test_the_count_of_refusals_outlives_a_full_disk(files, monkeypatch):
    now = [0.0]
    log = AuditLog(files, MESSAGES, Folding(lambda: now[0]))
    for _ in range(ONE_BY_ONE + 7):
        log.ask("w", [Entry("<refused/>", kind="stranger")])
    now[0] += WINDOW
    with monkeypatch.context() as patch:
        patch.setattr(audit_log.os, "write", lambda *_: 0)
        with pytest.raises(OSError):
            log.ask("w", [Entry("<a/>")])
    log.close()

    told = b64encode(b"stranger: 7 more like the last")[:-4]
    assert sum(told in line for line in lines(files)) == 1
    assert faults(files) == []


def test_a_dead_worker_leaves_a_line_for_each_transfer_it_had_begun(files, open_log):
    log = open_log()
    log.ask("w", [Entry("<begin/>", begins=("1", TRANSFER)), Entry("<x/>", begins=("2", TRANSFER))])
    log.ask("other", [Entry("<begin/>", begins=("1", TRANSFER))])
    log.ask("w", [Entry("<end/>", ends="2")])

    log.release("w")
    log.release("w")

    cut = [line for line in lines(files) if b"worker process ended" in line]
    assert len(cut) == 1
    assert b'EventOutcomeIndicator="8"' in cut[0]
    assert faults(files) == []


def test_a_trail_with_lines_needs_its_anchor(files, open_log):
    open_log().close()
    files.anchor.unlink()

    with pytest.raises(ConfigurationError, match=r"anchor .* is missing although"):
        open_log()
    with pytest.raises(ConfigurationError, match="without it a cut tail is hidden"):
        check(files.trail, files.key, files.anchor)


def test_a_trail_that_is_gone_shows(files, open_log):
    open_log().close()
    files.trail.unlink()

    assert faults(files) == [Fault.TAIL_CUT]
    open_log().close()
    assert faults(files) == [Fault.REMOVED]


@pytest.mark.skipif(sys.platform == "win32", reason="locks are a POSIX thing")
def test_two_archives_do_not_write_one_trail(files, open_log):
    open_log()
    code = (
        "import sys; from pathlib import Path; from pacs_secure.audit_log import *;"
        "from pacs_secure.audit_message import AuditMessages;"
        "AuditLog(Files(*map(Path, sys.argv[1:])), AuditMessages('X'))"
    )

    second = subprocess.run(
        [sys.executable, "-c", code, str(files.trail), str(files.key), str(files.anchor)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert second.returncode
    assert "another archive writes this trail" in second.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_worker_has_neither_key_nor_file(files, open_log):
    log = open_log()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if log._descriptor < 0 and not any(log._key) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    log.ask("w", [Entry("<a/>")])  # and the keeper has them still
    assert faults(files) == []


def test_an_unwritable_place_is_one_clear_line(files, tmp_path):
    (tmp_path / "trail").write_text("a file where a folder should be")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        AuditLog(files, MESSAGES)
