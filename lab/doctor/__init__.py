"""What a lab needs of this machine, what is missing, and the remedy.

Each checkup looks at one thing and says what it saw. What is only of use (a program that tests
call, the usual port of a plain ``docker compose up``) is told, too, but nothing lacks without it.
"""

from collections.abc import Iterator, Sequence

from lab.doctor import container_engine, machine, programs
from lab.doctor.finding import Finding, Need

SCHEMA = "pacslab-doctor/1"


def examine(needs: Sequence[Need]) -> Iterator[Finding]:
    """Every checkup of these needs, in the order of the report; what is of use comes last."""
    yield from machine.examine()
    if Need.DOCKER in needs:
        yield from container_engine.examine()
    yield from programs.examine()


def lacking(findings: Sequence[Finding], need: Need) -> list[str]:
    """Names of what is missing for one engine; what both need counts for each."""
    wanted = {need, Need.LAB}
    return [found.name for found in findings if found.remedy and found.need in wanted]
