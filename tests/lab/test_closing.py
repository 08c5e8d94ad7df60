"""What the pages of a family say about products, and that every page says what it should."""

import re

import pytest

from lab import closing
from lab.fixes import PRODUCTS, fixes
from lab.probes import PROBES
from pacs_secure.controls import CONTROLS

TEXTS = {name: text for name, text in vars(closing).items() if name.isupper()}
TO_COME = {"user_identity"}


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_has_a_remedy_for_every_product(name):
    assert tuple(fixes(TEXTS[name])) == PRODUCTS


@pytest.mark.parametrize("name", sorted(set(TEXTS) - {"BUILT_IN"}))
def test_what_closes_it_here_is_a_control(name):
    named = set(re.findall(r"`(\w+)`", fixes(TEXTS[name])["here"]))

    assert named & {control.name for control in CONTROLS} or named & TO_COME


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_each_page_says_why_what_and_what_not(probe):
    for part in ("Why it matters:", "What it does:", "What it cannot tell:"):
        assert part in probe.page
