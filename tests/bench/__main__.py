"""`make bench`: what the archives and the demo cost on this machine, side by side in one run.

Servers take turns in every round, so that a machine that slows down slows all of them; medians
and ratios are printed, with what each server has promised when it answers. Programs that are
absent are named as absent. The whole takes about half an hour; ``--only`` takes one part.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

from tests.bench import associations, lab, plot, queries, retrievals, stores, targets
from tests.bench.engines import resets, sizes
from tests.bench.many import many
from tests.bench.misuse import misuse
from tests.bench.one import visits
from tests.bench.results import Results
from tests.bench.rows import SERVERS
from tests.bench.servers import Server
from tests.bench.targets import Bound, Target

WIDTH = 180
"""Characters of a line: the tables have many columns."""
MANY = 200
"""Archives on one list."""


def measure_stores(console: Console, options: argparse.Namespace) -> None:
    """How fast each server stores."""
    servers = chosen(SERVERS, options)
    results = stores.measure(servers, options.rounds, options.seconds)
    made = stores.tables(results, servers)
    show(console, results, made, targets.STORES + targets.MEMORY)


def measure_queries(console: Console, options: argparse.Namespace) -> None:
    """How fast each server finds, and how that changes as it fills."""
    servers = chosen(queries.SERVERS, options)
    studies = (*queries.STUDIES, queries.MILLION) if options.large else queries.STUDIES
    results = queries.measure(servers, options.rounds, options.seconds, studies)
    show(console, results, queries.tables(results, servers, studies), targets.QUERIES)
    panels = queries.growth(results, studies)
    if any(panel.lines for panel in panels):
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        drawn = plot.svg(panels, "instances in the index", "C-FIND, milliseconds")
        options.plot.write_text(drawn, encoding="utf-8")
        console.print(f"cost as the archive grows: {options.plot}")


def measure_retrievals(console: Console, options: argparse.Namespace) -> None:
    """How fast each server gives back."""
    servers = chosen(retrievals.SERVERS, options)
    results = retrievals.measure(servers, options.rounds, options.seconds)
    show(console, results, [retrievals.shown(results, servers)], targets.RETRIEVALS)


def measure_associations(console: Console, options: argparse.Namespace) -> None:
    """How fast each server associates."""
    servers = chosen(SERVERS, options)
    results = associations.measure(servers, options.rounds, options.seconds)
    show(console, results, [associations.shown(results, servers)], targets.ASSOCIATIONS)


def measure_engines(console: Console, options: argparse.Namespace) -> None:
    """What the lab's two engines cost."""
    console.print(sizes())
    console.print(resets(options.rounds))


def measure_verify(console: Console, options: argparse.Namespace) -> None:
    """How long questions to others take."""
    console.print(visits(options.rounds))
    console.print(many(MANY))


def chosen(servers: Iterable[Server], options: argparse.Namespace) -> list[Server]:
    """Those whose names hold one of the words asked for."""
    words = options.servers.split(",")
    return [one for one in servers if any(word in one.name for word in words)]


def show(
    console: Console, results: Results, made: Iterable[Table], reached: tuple[Target | Bound, ...]
) -> None:
    """The tables, the speeds to reach, and what failed."""
    for one in made:
        console.print(one)
    console.print(targets.judged(results, reached))
    for failure in results.failures():
        console.print(f"failed: {failure}", markup=False)


PARTS: Mapping[str, Callable[[Console, argparse.Namespace], None]] = MappingProxyType(
    {
        "stores": measure_stores,
        "queries": measure_queries,
        "retrievals": measure_retrievals,
        "associations": measure_associations,
        "misuse": lambda console, options: console.print(misuse(options.rounds)),
        "images": lambda console, _: console.print(lab.images()),
        "matrix": lambda console, _: console.print(lab.matrix()),
        "demo": lambda console, options: console.print(lab.demo(options.rounds)),
        "engines": measure_engines,
        "verify": measure_verify,
    }
)


def main() -> int:
    """Measure and print; 0 whatever the figures are, because a benchmark does not judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument("--only", choices=[*PARTS], help="one part alone")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a client works")
    parser.add_argument("--servers", default="", help="only those whose names hold one of A,B,...")
    parser.add_argument(
        "--large", action="store_true", help="1,000,000 instances in our own indices, too"
    )
    parser.add_argument(
        "--plot", type=Path, default=Path("out/growth.svg"), help="where the picture goes"
    )
    options = parser.parse_args()
    console = Console(width=WIDTH)
    for name in [options.only] if options.only else PARTS:
        began = time.monotonic()
        PARTS[name](console, options)
        console.print(f"{name}: measured in {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
