"""Claims in a table: the gravest first, and counted."""

import io

from rich.console import Console

from lab.claims.judging import judge
from lab.claims.reading import read
from lab.claims.showing import last_line, table
from tests.lab.reports_by_hand import open_report


def test_the_gravest_come_first_and_all_are_counted():
    entries = judge(read("example:retired_tls"), open_report())
    out = io.StringIO()
    Console(file=out, width=120).print(table(entries))
    said = out.getvalue()
    assert said.index("CONN-7") < said.index("B.1")
    assert last_line(entries) == "claims: 2 not confirmed, 2 retired"
    assert last_line([]) == "claims: none"
