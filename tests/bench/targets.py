"""The speeds to reach, as ratios in one run, and whether they were.

A figure is a benchmark's: it is printed, and no exit code depends on it.
"""

from dataclasses import dataclass

from rich.table import Table

from tests.bench import associations, queries, retrievals, rows, stores
from tests.bench.results import Results, Value, rate
from tests.bench.servers import Server


@dataclass(frozen=True)
class Bound:
    """A figure of ours that must not be exceeded, whatever others do."""

    work: str
    column: str
    mine: Server
    value: Value
    at_most: float
    beyond: float
    unit: str

    def judged(self, results: Results) -> tuple[str, str]:
        """The median and what it means, as text."""
        median = results.median(self.mine, self.column, self.value)
        if median is None:
            return "-", "not measured"
        return f"{median:.0f} {self.unit}", verdict(median, self.at_most, self.beyond)


def verdict(figure: float, at_most: float, beyond: float) -> str:
    """Of a figure that had better be low."""
    if figure > at_most:
        return f"missed by {figure / at_most - 1:.0%}"
    return "met, and beyond" if figure <= beyond else "met"


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
        if self.at_most:
            return f"{ratio:.2f}", verdict(ratio, self.at_least, self.beyond)
        if ratio < self.at_least:
            return f"{ratio:.2f}", f"missed by {1 - ratio / self.at_least:.0%}"
        return f"{ratio:.2f}", "met, and beyond" if ratio >= self.beyond else "met"


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


def _queries() -> tuple[Target, ...]:
    patient, everything = (
        queries.column("one patient", 10_000),
        queries.column("everything", 10_000),
    )
    found = Target("C-FIND of one patient", patient, rows.OPEN, rows.ORTHANC, 20, 75)
    growth = [
        Target(
            "C-FIND of one patient, ms, as the archive grows",
            queries.column("one patient", studies),
            rows.OPEN,
            rows.OPEN,
            2,
            1.1,
            peer_column=queries.column("one patient", min(queries.STUDIES)),
            value=queries.milliseconds,
            at_most=True,
        )
        for studies in (max(queries.STUDIES), queries.MILLION)
    ]
    responses = Target(
        "C-FIND, responses/s",
        everything,
        rows.OPEN,
        rows.ORTHANC,
        4,
        8,
        value=lambda burst: burst.responses,
    )
    return (found, *growth, responses)


def _associations() -> tuple[Target, ...]:
    four = associations.column(4)
    return (
        Target("associations, plain", four, rows.OPEN, rows.STORESCP, 1, 1),
        Target("associations, plain", four, rows.OPEN, rows.ORTHANC, 0.5, 0.5),
        Target("associations, mutual TLS", four, rows.SECURE, rows.ORTHANC_TLS, 1, 1),
    )


def _retrievals() -> tuple[Target, ...]:
    return tuple(
        target
        for column in map(retrievals.column, retrievals.MODELS)
        for target in (
            Target("200 slices, images/s", column, rows.OPEN, rows.ORTHANC, 1, 1.3),
            Target(
                "200 slices, CPU of the server",
                column,
                rows.OPEN,
                rows.ORTHANC,
                0.7,
                0.7,
                value=retrievals.cpu_per_image,
                at_most=True,
            ),
        )
    )


STORES, QUERIES, ASSOCIATIONS = _stores(), _queries(), _associations()
RETRIEVALS = _retrievals()


MEMORY = tuple(
    Bound(
        f"memory per worker, {server.name}", column, server, stores.memory_per_worker, 80, 80, "MB"
    )
    for server in (rows.OPEN_DURABLE, rows.SECURE_DURABLE)
    for column in (str(stores.TINY_4), str(stores.DX_4))
)


def judged(results: Results, targets: tuple[Target | Bound, ...]) -> Table:
    """Each target with what was reached."""
    table = Table("work", "ours", "to", "reached", "target", "beyond", "", title="Speed to reach")
    for target in targets:
        reached, said = target.judged(results)
        peer, bound = _peer_and_bound(target)
        work = f"{target.work} ({target.column})"
        table.add_row(work, target.mine.name, peer, reached, bound, f"{target.beyond:g}", said)
    return table


def _peer_and_bound(target: Target | Bound) -> tuple[str, str]:
    if isinstance(target, Bound):
        return "", f"at most {target.at_most:g} {target.unit}"
    peer = f"{target.peer.name} ({target.peer_column})" if target.peer_column else target.peer.name
    return peer, f"{'at most' if target.at_most else 'at least'} {target.at_least:g}"
