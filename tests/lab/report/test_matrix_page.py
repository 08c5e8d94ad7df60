"""The page is whole, loads nothing, and no text of a peer becomes markup."""

import re

from lab.matrix.model import Rogue
from lab.report.matrix_page import page
from tests.lab.report.matrices import COLUMNS, NO, YES, claim, made


def test_every_cell_is_there_with_its_words():
    html = page(made())

    assert len(re.findall(r'<td class="cell ', html)) == 4 * len(COLUMNS)
    assert 'title="without tls: stopped still, by other controls (calling_ae); A-ASSOC' in html
    assert "4 of 4 claims proven" in html
    assert '<header class="good">' in html


def test_the_page_loads_nothing_and_runs_nothing():
    html = page(made())

    assert "<script" not in html
    assert not re.search(r"url\(|@import|https?://", html)


def test_text_of_a_peer_is_escaped():
    evidence = {probe: dict.fromkeys(COLUMNS, '"><script>x') for probe in made().rows}

    assert "<script" not in page(made(evidence=evidence))


def test_what_is_unproven_is_said_at_the_top():
    matrix = made(claims=(claim("tls", "read_names", why="<why>"),), proven=0, total=1)
    html = page(matrix)

    assert '<header class="bad">' in html
    assert "tls says that it stops read_names: &lt;why&gt;" in html


def test_defence_in_depth_is_proven_on_the_page():
    html = page(made())

    assert "without tls, calling_ae it is back" in re.sub(r"\s+", " ", html)
    assert "Defence in depth" not in page(made(proofs=()))


def test_rogues_and_what_was_not_tested_have_their_sections():
    rogue = Rogue(
        columns=("all checks", "without dates"),
        rows=("good", "expired"),
        cells={
            "good": dict.fromkeys(("all checks", "without dates"), YES),
            "expired": {"all checks": NO, "without dates": YES},
        },
        words={"good": "with a good one", "expired": "whose certificate has expired"},
        good="good",
    )
    html = page(made(rogue=rogue, not_tested={"old": "no TLS 1.0"}, information=("TLS 1.3",)))

    assert "The other way round" in html
    assert 'class="cell stopped" title="all checks: refuses"' in html
    assert 'class="cell through" title="without dates: goes on"' in html
    assert html.count('class="cell held" title="') == 4  # two of the first table
    assert "<b>old</b> was not tested: no TLS 1.0" in html
    assert "<li>TLS 1.3</li>" in html
    assert "The other way round" not in page(made())
