"""The speeds to reach, as ratios in one run, and whether they were.

A figure is a benchmark's: it is printed, and no exit code depends on it.
"""

from dataclasses import dataclass

from rich.table import Table

from tests.bench import rows
from tests.bench.results import Results, Value, rate
from tests.bench.servers import Server


@dataclass(frozen=True)
class Target:
    """One comparison: ours by its peer's, at least so much."""

    work: str
    column: str
    mine: Server
    peer: Server
    at_least: float
    beyond: float
    peer_column: str = ""
    """Where it is another one than ours."""
    value: Value = rate
    at_most: bool = False
    """Whether less is better: then ``at_least`` is a ceiling."""

    def reached(self, results: Results) -> float | None:
        """The ratio, None where a side was not measured."""
        its = (self.peer, self.peer_column or self.column)
        return results.ratio((self.mine, self.column), its, self.value)

    def judged(self, results: Results) -> tuple[str, str]:
        """The ratio and what it means, as text."""
        ratio = self.reached(results)
        if ratio is None:
            return "-", "not measured"
        return f"{ratio:.2f}", self._verdict(ratio)

    def _verdict(self, ratio: float) -> str:
        def well(bound: float) -> bool:
            return ratio <= bound if self.at_most else ratio >= bound

        if well(self.beyond):
            return "met, and beyond"
        if well(self.at_least):
            return "met"
        return f"missed by {abs(1 - ratio / self.at_least):.0%}"


def _stores() -> tuple[Target, ...]:
    ct = [f"CT x{count}" for count in (1, 4)]
    durable = [
        Target("C-STORE CT, durable", column, rows.OPEN_DURABLE, rows.ORTHANC_DELIVERED, 3, 3.5)
        for column in ct
    ]
    relaxed = [
        Target("C-STORE CT, relaxed", column, rows.OPEN, peer, at_least, beyond)
        for column in ct
        for peer, at_least, beyond in ((rows.ORTHANC, 3.5, 6), (rows.STORESCP, 1.3, 2.5))
    ]
    tiny = [
        Target("C-STORE 10 KB, relaxed", "10 KB x4", rows.OPEN, peer, at_least, beyond)
        for peer, at_least, beyond in ((rows.ORTHANC, 6, 12), (rows.STORESCP, 4, 8))
    ]
    dx = [
        Target(f"C-STORE DX, {how}", "DX x1", mine, peer, at_least, beyond)
        for how, mine, peer, at_least, beyond in (
            ("plain", rows.OPEN, rows.STORESCP, 0.9, 1),
            ("plain", rows.OPEN, rows.ORTHANC, 2.5, 2.5),
            ("TLS", rows.SECURE, rows.STORESCP_TLS, 0.9, 1),
            ("TLS", rows.SECURE, rows.ORTHANC_TLS, 2.5, 2.5),
        )
    ]
    secure = [
        Target("C-STORE CT, every control, TLS", column, rows.SECURE, peer, at_least, beyond)
        for column in ct
        for peer, at_least, beyond in (
            (rows.ORTHANC_TLS, 2.5, 4),
            (rows.STORESCP_TLS, 1, 1.5),
            (rows.TLS_ALONE, 0.8, 0.8),
        )
    ]
    client = [
        Target("C-STORE 10 KB, DCMTK's client", "10 KB, as it is", rows.OPEN, peer, 15, 35)
        for peer in (rows.ORTHANC, rows.STORESCP, rows.DCMQRSCP)
    ]
    return (*durable, *relaxed, *tiny, *dx, *secure, *client)


STORES = _stores()


def judged(results: Results, targets: tuple[Target, ...]) -> Table:
    """Each target with what was reached."""
    table = Table("work", "ours", "to", "reached", "target", "beyond", "", title="Speed to reach")
    for target in targets:
        sign = "at most" if target.at_most else "at least"
        ratio, verdict = target.judged(results)
        table.add_row(
            f"{target.work} ({target.column})",
            target.mine.name,
            target.peer.name,
            ratio,
            f"{sign} {target.at_least:g}",
            f"{target.beyond:g}",
            verdict,
        )
    return table
