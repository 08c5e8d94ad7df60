"""What verify says of archives that no one here wrote, beside what their owner knows of them."""

import pytest

from lab.verdict import Verdict
from tests.e2e.verify import servers
from tests.e2e.verify.known import LEAKS, SERVERS, to_a_friend, to_a_stranger
from tests.e2e.verify.servers import TITLE, dcmqrscp, fill, talking

NO_ARCHIVES = {
    "a plain TCP sink": (talking(b""), "L1"),
    "an HTTP server": (talking(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), "L1"),
    "a port that never answers": (talking(None), "L1"),
    "a closed port": (servers.closed, "L0"),
}


def verdicts(verified):
    return {one.id: one.verdict for one in verified.report.probes}


def every_server():
    marks = {"stunnel4": ("stunnel4", "dcmqrscp")}
    for known in SERVERS:
        programs = marks.get(known.program, (known.program,))
        yield pytest.param(known, id=known.name, marks=pytest.mark.program(*programs))


@pytest.mark.parametrize("known", list(every_server()))
def test_a_server_is_told_as_its_owner_knows_it(known, bench, as_stranger, as_friend, tmp_path):
    with known.server(bench, tmp_path) as stands:
        fill(bench, stands)
        stranger, friend = as_stranger(stands), as_friend(stands)

    assert verdicts(friend) == to_a_friend(known)
    assert verdicts(stranger) == to_a_stranger(known)
    assert {friend.report.exposure.text, stranger.report.exposure.text} == {known.exposure}
    assert friend.report.positive_control.ok, friend.report.positive_control
    said = " ".join(seen.text for seen in friend.report.information)
    assert known.profile in said


def test_with_an_identity_no_server_leaves_a_doubt():
    told = {verdict for known in SERVERS for verdict in to_a_friend(known).values()}

    assert Verdict.INCONCLUSIVE not in told


@pytest.mark.parametrize("name", NO_ARCHIVES)
def test_what_is_no_archive_is_never_secure(name, bench, as_stranger, as_friend, tmp_path):
    server, exposure = NO_ARCHIVES[name]
    with server(bench, tmp_path) as stands:
        for verified in (as_stranger(stands), as_friend(stands)):
            assert verified.report.exposure.text == exposure
            assert {one.verdict for one in verified.report.probes} == {Verdict.INCONCLUSIVE}
            assert verified.exit_code == 3


@pytest.mark.program("dcmqrscp")
def test_a_title_out_of_a_conformance_statement_opens_an_archive(bench, as_stranger, tmp_path):
    """As in 2023: the vendor prints the title, and nothing else was in the way."""
    with dcmqrscp("ANY")(bench, tmp_path) as stands:
        fill(bench, stands)
        without, with_it = as_stranger(stands), as_stranger(stands, titles=(TITLE,))

    assert (without.report.exposure.text, with_it.report.exposure.text) == ("L2", "L6+W")
    found = verdicts(with_it)
    assert {found[leak] for leak in LEAKS} == {Verdict.FAIL}
