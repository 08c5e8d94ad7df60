import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import queries, rows
from tests.bench.plot import HEIGHT, WIDTH, Panel, Scale, svg

LINES = {"pacs-open": [(1_000, 0.5), (100_000, 0.6)], "a <peer>": [(1_000, 2.0), (100_000, 90.0)]}
ROOT = Path(__file__).parents[2]
NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_every_point_is_drawn_within_its_panel_and_told():
    drawn = ET.fromstring(svg([Panel("one patient", LINES)], "instances", "ms"))  # noqa: S314 - our own
    dots = [dot for dot in drawn.iter(f"{NAMESPACE}circle") if len(dot)]

    assert [dot[0].text for dot in dots] == [
        "pacs-open: 1,000 instances, 0.5 ms",
        "pacs-open: 100,000 instances, 0.6 ms",
        "a <peer>: 1,000 instances, 2 ms",
        "a <peer>: 100,000 instances, 90 ms",
    ]
    assert all(0 <= float(dot.get("cx")) <= WIDTH for dot in dots)
    assert all(0 <= float(dot.get("cy")) <= HEIGHT for dot in dots)


def test_ten_times_as_much_is_always_as_far():
    scale = Scale.over([1, 1000], 0, 300)

    assert [scale(value) for value in (1, 10, 100, 1000)] == pytest.approx([0, 100, 200, 300])
    assert scale.ticks == [1, 10, 100, 1000]


def test_nothing_measured_is_no_picture():
    with pytest.raises(ValueError, match="nothing was measured"):
        svg([Panel("one patient", {})], "instances", "ms")


def test_the_readme_shows_a_picture_that_was_drawn_of_us_and_of_a_peer():
    shown = ROOT / re.search(r"!\[C-FIND.*?\]\((.*?)\)", (ROOT / "README.md").read_text()).group(1)
    drawn = ET.parse(shown)  # noqa: S314 - our own
    told = [dot[0].text for dot in drawn.iter(f"{NAMESPACE}circle") if len(dot)]

    for server in (rows.OPEN, rows.SECURE, rows.ORTHANC):
        assert sum(line.startswith(server.name) for line in told) >= 2 * len(queries.QUESTIONS)
