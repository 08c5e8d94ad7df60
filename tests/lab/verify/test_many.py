import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lab.engines.ports import free_port
from lab.errors import WrongUseError
from lab.verdict import ExitCode
from lab.verify.address import Address, check_consent
from lab.verify.identity import NOBODY
from lab.verify.many import (
    DONE,
    Order,
    Row,
    _write_down,
    exit_code_of,
    read_finished,
    read_targets,
    summarise,
    verify_all,
)

PATTERN = Order("", Address("", "", ()), NOBODY, Path("out"))


def listed(folder, text, **more):
    (folder / "targets.csv").write_text(text)
    check = partial(check_consent, authorised=None, scope=())
    return read_targets(folder / "targets.csv", check, replace(PATTERN, out=folder / "out", **more))


def row(target, code=0, fault=""):
    counts = {"fail": 0, "inconclusive": 0, "pass": 1, "not-tested": 0, "not-applicable": 0}
    return Row(target, "L2", code, counts, "folder", 0.1, fault)


def test_a_list_names_archives_with_titles_and_identities(tmp_path):
    (tmp_path / "us.toml").write_text('called_ae = "B"\n[[peers]]\nae_title = "US"\n')
    first, second = listed(
        tmp_path, "target,called_ae,identity\n127.0.0.1:104,A,\n127.0.0.2:104,,us.toml\n"
    )

    assert (first.address.ports, first.identity.called_ae) == ((104,), "A")
    assert second.identity.called_ae == "B"
    assert [peer.ae_title for peer in second.identity.peers.values()] == ["US"]
    assert second.out == tmp_path / "out" / "127.0.0.2_104"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("host\n127.0.0.1\n", "line 1: the columns"),
        ("target,colour\n127.0.0.1,red\n", "line 1: the columns"),
        ("target\n127.0.0.1:x\n", "line 2: .*is no port"),
        ("target\n127.0.0.1\n10.0.0.1\n", "line 3: .*--i-am-authorised"),
        ("target,identity\n127.0.0.1,none.toml\n", "line 2: .*none.toml"),
        ("target\n127.0.0.1\n127.0.0.1\n", "more than once"),
        ("target\n", "names no archive"),
    ],
)
def test_a_line_that_cannot_be_obeyed_is_told_before_anything_is_asked(tmp_path, text, words):
    with pytest.raises(WrongUseError, match=words):
        listed(tmp_path, text)


def test_many_are_asked_and_a_second_run_asks_only_what_is_left(tmp_path, planted):
    address = f"{planted.door.host}:{planted.door.port}"
    orders = listed(tmp_path, f"target\n{address}\n127.0.0.1:{free_port()}\n")
    (out := tmp_path / "out").mkdir()
    told = []

    first = verify_all(orders, out, 2, told.append)
    again = verify_all(orders, out, 2, lambda _row: None)

    assert [one.exposure for one in first] == ["L6", "L0"]
    assert [one.exit_code for one in first] == [1, 3]
    assert first == again
    assert len(told) == 2
    assert len((out / DONE).read_text().splitlines()) == 2
    assert (
        json.loads((out / first[0].folder / "report.json").read_text())["exposure"]["level"] == "L6"
    )
    assert summarise(first, 2, out) is ExitCode.SOME_FAIL
    assert f"{first[0].folder}/report.html" in (out / "summary.html").read_text()
    assert json.loads((out / "summary.json").read_text())["finished"] == 2


@pytest.mark.parametrize(
    ("rows", "asked", "code"),
    [
        ([row("a"), row("b")], 2, ExitCode.ALL_PASS),
        ([row("a"), row("b", 3)], 2, ExitCode.INCONCLUSIVE),
        ([row("a", 1), row("b", 3)], 2, ExitCode.SOME_FAIL),
        ([row("a")], 2, ExitCode.INCONCLUSIVE),
    ],
)
def test_an_archive_that_was_not_asked_is_no_pass(rows, asked, code):
    assert exit_code_of(rows, asked) is code


def test_a_fault_of_ours_is_tried_again(tmp_path):
    _write_down(row("a", 3, "OSError"), tmp_path)
    _write_down(row("b"), tmp_path)

    assert set(read_finished(tmp_path)) == {"b"}


def test_a_summary_escapes_what_it_shows(tmp_path):
    summarise([row("<b>x</b>", 3, "<script>")], 1, tmp_path)

    page = (tmp_path / "summary.html").read_text()
    assert "<script>" not in page
    assert "<b>x</b>" not in page
