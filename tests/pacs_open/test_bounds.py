"""The README's table of bounds says what the code says."""

import re
from importlib import import_module
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
UNITS = {"connections": 1, "s": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
ROWS = re.findall(
    r"^\| `(pacs_open\.[\w.]+)` \| (\d+) (\w+) \|", README.read_text(encoding="utf-8"), re.MULTILINE
)


def test_there_is_a_table():
    assert len(ROWS) > 10
    assert len({name for name, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("name", "number", "unit"), ROWS, ids=[row[0] for row in ROWS])
def test_each_bound_has_the_value_that_the_readme_says(name, number, unit):
    module, _, attribute = name.removesuffix(".Door").replace(".Door.", ".").rpartition(".")
    found = import_module(module)
    found = found.Door() if ".Door." in name else found

    assert getattr(found, attribute) == int(number) * UNITS[unit]
