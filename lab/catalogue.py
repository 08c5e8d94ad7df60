"""What the archives and the probes say of themselves: names, pages, what stops what.

``python -m lab.catalogue README.md`` writes the README's tables anew (``make readme``); the
tests compare them, so that no table grows old.
"""

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from lab.engines.process import audit_files
from lab.engines.record import Lab
from lab.probe import Probe
from lab.probes import PROBES
from pacs_open.errors import PacsError
from pacs_secure import audit_check
from pacs_secure.config import Page
from pacs_secure.config import catalogue as _pages

BEGIN = "<!-- {}: written by `make readme` -->"
END = "<!-- end -->"

T = TypeVar("T")


class UnknownNameError(KeyError):
    """No probe or control has this name; the message suggests one."""

    def __str__(self) -> str:
        return str(self.args[0])


class AuditTrailError(Exception):
    """Nothing can be said about an audit trail; the message says why."""


def controls() -> Sequence[Page]:
    """The hardened archive's controls, in the order asked."""
    return _pages()


def control(name: str) -> Page:
    """One control by its name."""
    return _one(name, {page.name: page for page in controls()}, "control")


def probe(name: str) -> Probe:
    """One probe by its id."""
    return _one(name, {probe.id: probe for probe in PROBES}, "probe")


def closed_by() -> Mapping[str, Sequence[str]]:
    """Probe id to the names of the controls that stop it."""
    return {
        probe.id: tuple(page.name for page in controls() if probe.id in page.stops)
        for probe in PROBES
    }


def check_audit(lab: Lab) -> Sequence[str]:
    """What was done to the audit trail of a running lab; nothing: it is as it was written.

    Raises:
        AuditTrailError: a file is absent or unreadable.
    """
    if lab.engine == "docker":
        from lab.engines.docker import DockerEngine  # noqa: PLC0415 - most need no SDK

        return DockerEngine().audit_findings(lab)
    try:
        return [str(finding) for finding in audit_check.check(*audit_files(lab))]
    except PacsError as error:
        raise AuditTrailError(str(error)) from error


def probe_rows() -> Sequence[Sequence[str]]:
    """Id, question and what closes it, for each probe."""
    stopped = closed_by()
    return [(one.id, one.question, ", ".join(stopped[one.id]) or "built in") for one in PROBES]


def control_rows() -> Sequence[Sequence[str]]:
    """Name, demand, clauses and needs, for each control."""
    return [
        (
            page.name,
            page.title.rstrip("."),
            ", ".join(page.standard) or "-",
            ", ".join(page.needs) or "-",
        )
        for page in controls()
    ]


def probe_page(name: str) -> str:
    """One probe's page, in Markdown."""
    one = probe(name)
    facts = {
        "holds": one.holds,
        "lacks": one.lacks,
        "severity": (one.severity,),
        "standard": one.standard,
        "closed by": closed_by()[name],
        "fix": (one.fix,),
    }
    return _page(one.id, one.question, one.page, facts)


def control_page(name: str) -> str:
    """One control's page, in Markdown."""
    page = control(name)
    facts = {"standard": page.standard, "needs": page.needs, "stops": page.stops}
    return _page(page.name, page.title, page.page, facts)


def _page(name: str, title: str, body: str, facts: Mapping[str, Sequence[str]]) -> str:
    listed = "\n".join(f"- {key}: {', '.join(said) or '-'}" for key, said in facts.items())
    # Docstrings mark literal blocks with two colons, Markdown by indentation alone.
    body = body.replace("::\n", ":\n")
    return f"# {name}\n\n**{title}**\n\n{body}\n\n{listed}\n"


def probes_table() -> str:
    """The README's table of probes."""
    rows = [(f"`{name}`", question, closed) for name, question, closed in probe_rows()]
    return _table(("probe", "question", "closed by"), rows)


def controls_table() -> str:
    """The README's table of controls."""
    rows = [(f"`{name}`", *rest) for name, *rest in control_rows()]
    return _table(("control", "demands", "standard", "needs"), rows)


def with_tables(readme: str) -> str:
    """The README's text with its tables written anew.

    Raises:
        ValueError: a mark is missing.
    """
    for name, table in (("probes", probes_table()), ("controls", controls_table())):
        before, begin, rest = readme.partition(BEGIN.format(name))
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"the README lacks the marks of its table of {name}")
        readme = f"{before}{begin}\n\n{table}\n{end}{after}"
    return readme


def _one(name: str, named: Mapping[str, T], kind: str) -> T:
    if name not in named:
        close = difflib.get_close_matches(name, named, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; `pacslab {kind}s` lists them"
        raise UnknownNameError(f"there is no {kind} {name!r}{hint}")
    return named[name]


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [tuple(head)]
    lines += [("---",) * len(lines[0])]
    lines += [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")
