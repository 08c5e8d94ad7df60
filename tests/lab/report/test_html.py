"""The page is whole, loads nothing, and no text of a peer becomes markup."""

import re
from html.parser import HTMLParser

import pytest

from lab.report import html


def _page(report, pictures=()):
    return html.demo(report, list(pictures), saved_in="stolen", seconds=41.0)


class _Loads(HTMLParser):
    def __init__(self):
        super().__init__()
        self.loaded, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in {"src", "href", "srcset"}]


class _Words(HTMLParser):
    """What a reader sees: the text between tags, entities resolved."""

    def __init__(self):
        super().__init__()
        self.said = []

    def handle_data(self, data):
        self.said.append(data)


@pytest.mark.parametrize("which", ["shown", "down"])
def test_no_entity_or_placeholder_is_left_for_the_reader(reports, picture, which):
    reader = _Words()
    reader.feed(_page(reports[which], [picture]))
    assert not re.search(r"[lr]dquo|&\w+;|[{}]{2}", " ".join(reader.said))


def test_the_page_loads_nothing_and_runs_nothing(reports, picture):
    reader = _Loads()
    page = _page(reports["shown"], [picture])
    reader.feed(page)
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    assert [value[:23] for value in reader.loaded] == ["data:image/jpeg;base64,"]
    assert not re.search(r"url\(|@import|https?://", page)


def test_text_of_a_peer_is_escaped(reports, picture):
    page = _page(reports["shown"], [picture])
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x>" not in page


def test_the_stolen_name_and_birth_date_stand_beside_the_picture(reports, picture):
    page = _page(reports["shown"], [picture])
    assert "born 2 January 1970" in page
    assert "Hana Sato (佐藤 花)" in page


@pytest.mark.parametrize(("demo", "patients"), [("shown", 16), ("four patients", 4)])
def test_each_patient_is_one_of_16_million(reports, demo, patients):
    page = _page(reports[demo])
    assert f"What {patients} patients stand for" in page
    assert page.count('class="taken"') == patients
    assert page.count("<svg viewBox") == 2 * 16
    assert f'<i style="width: {100 * patients / 16:.2f}%">' in page
    assert f"{patients} million<br>" in page
    assert page.split('class="nothing"')[1].split("</div>")[0].count("<i></i>") == patients


def test_both_answers_stand_side_by_side_with_what_the_wire_showed(reports):
    page = _page(reports["shown"])
    assert "16 of 16" in page
    assert "0 of 16" in page
    assert "16 patients were listed" in page
    assert "TLS alert certificate_required (116)" in page


@pytest.mark.parametrize(("demo", "word"), [("down", "inconclusive"), ("broken", "broken")])
def test_a_sabotaged_demo_never_reads_as_a_pass(reports, demo, word):
    page = _page(reports[demo])
    assert word in page.lower()
    assert not re.search(r"\bpass(ed)?\b", page, re.IGNORECASE)
    assert 'class="card good"' not in page


def test_what_was_not_counted_does_not_read_as_nothing_stolen(reports):
    report = reports["down"]
    unknown = report.secure.exposure.patients.model_copy(update={"obtained": None})
    exposure = report.secure.exposure.model_copy(update={"patients": unknown})
    secure = report.secure.model_copy(update={"exposure": exposure})
    page = _page(report.model_copy(update={"secure": secure}))
    assert '<div class="figure">not counted</div>' in page
    assert "0 million" not in page


def test_a_friend_who_was_refused_is_said(reports):
    assert "no, but broken" in _page(reports["broken"])


def test_what_somebody_on_the_wire_has_is_shown_in_plain_words(tapped):
    page = _page(tapped())
    assert "Open: everything can be read" in page
    assert "PN..Sato^Hana&lt;b&gt;." in page
    assert "a DICOM association request in plain text" in page
    assert "Hardened: nothing can be read" in page
    assert "there is nothing but TLS records" in page


def test_who_was_not_served_could_not_be_overheard_and_that_is_no_protection(tapped):
    page = _page(tapped(served=False))
    assert "Hardened: the workstation was not served" in page
    assert "nothing is proven" in page
    assert "nothing can be read" not in page


def test_without_a_tap_nothing_is_said_of_the_wire(reports):
    assert "What somebody on the wire has" not in _page(reports["shown"])
