"""`make bench`: what the archives and the demo cost on this machine, side by side in one run.

Servers take turns in every round, so that a machine that slows down slows all of them; medians
and ratios are printed, with what each server has promised when it answers. The client is DCMTK's
storescu with TCP_NODELAY for everybody. Programs that are absent are named as absent.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lab import catalogue
from lab.matrix.run import Plan, fill
from lab.report import grid
from sample_images.manifest import Manifest
from sample_images.writing import write
from tests.bench.engines import resets, sizes
from tests.bench.many import many
from tests.bench.servers import ENVIRONMENT, PATHS, SERVERS, Running, Server

STORESCU = shutil.which("storescu", path=PATHS)
CT_IMAGES = 120
MANY = 200
"""Archives on one list."""


def main() -> int:
    """Measure and print; 0 whatever the figures are, because a benchmark does not judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument(
        "--only", choices=("stores", "matrix", "demo", "engines", "verify"), help="one part alone"
    )
    options = parser.parse_args()
    console = Console()
    if options.only in {None, "stores"}:
        measure_stores(console, options.rounds)
    if options.only in {None, "matrix"}:
        console.print(matrix())
    if options.only in {None, "demo"}:
        console.print(f"demo: {demo(options.rounds):.1f} s (median of {options.rounds})")
    if options.only in {None, "engines"}:
        console.print(sizes())
        console.print(resets(options.rounds))
    if options.only in {None, "verify"}:
        console.print(many(MANY, jobs=4))
    return 0


def measure_stores(console: Console, rounds: int) -> None:
    """The drawing of images, and how fast each server stores them."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
        images = Path(folder) / "images"
        manifest, seconds = generate(images)
        size = sum((images / entry.file).stat().st_size for entry in manifest.instances())
        count = sum(1 for _ in manifest.instances())
        console.print(f"images: {count} instances, {size / 1e6:.0f} MB in {seconds:.1f} s")
        if STORESCU is None:
            console.print("C-STORE: not measured; the Debian package dcmtk brings storescu")
        else:
            console.print(stores(Path(folder), ct_images(images, manifest), rounds))


def generate(images: Path) -> tuple[Manifest, float]:
    """The demo's 16 patients at full size, and the seconds it took."""
    started = time.monotonic()
    manifest = write(images, patients=16)
    return manifest, time.monotonic() - started


def ct_images(images: Path, manifest: Manifest) -> list[Path]:
    """CT slices of half a megabyte each."""
    found = [
        images / entry.file
        for patient in manifest.patients
        for study in patient.studies
        if study.modality == "CT"
        for series in study.series
        for entry in series.instances
    ]
    return found[:CT_IMAGES]


def stores(folder: Path, files: list[Path], rounds: int) -> Table:
    """C-STORE of CT images on one association: medians, and ratios to Orthanc."""
    rates: dict[int, list[float]] = {number: [] for number in range(len(SERVERS))}
    for turn in range(rounds):
        for number, server in enumerate(SERVERS):
            if not server.absent:
                with server.running(folder / f"{turn}-{number}") as running:
                    rates[number].append(send(running, files))
                shutil.rmtree(folder / f"{turn}-{number}")
    table = Table("server", "promised with 0000H", "CT images/s", "to Orthanc")
    for number, server in enumerate(SERVERS):
        table.add_row(server.name, server.promise, *figures(rates, number, server))
    return table


def figures(rates: dict[int, list[float]], number: int, server: Server) -> tuple[str, str]:
    """Median and the median of the ratios round by round, to the Orthanc with the same promise."""
    if server.absent:
        return "absent", ""
    peer = next(
        other
        for other, candidate in enumerate(SERVERS)
        if candidate.program == "Orthanc" and candidate.promise == server.promise
    )
    median = f"{statistics.median(rates[number]):.0f}"
    if not rates[peer]:
        return median, "absent"
    ratios = [mine / its for mine, its in zip(rates[number], rates[peer], strict=True)]
    return median, f"{statistics.median(ratios):.2f}"


def send(running: Running, files: list[Path]) -> float:
    """Images a second, association and process start included."""
    tls = []
    if running.identity is not None:
        identity = running.identity
        tls = ["+tls", str(identity.key), str(identity.certificate), "+cf", str(identity.trust)]
    command = [
        str(STORESCU),
        *tls,
        "-aet",
        "MODALITY",
        "-aec",
        running.title,
        "--max-pdu",
        "131072",
    ]
    started = time.monotonic()
    subprocess.run(
        [*command, "127.0.0.1", str(running.port), *map(str, files)],
        check=True,
        capture_output=True,
        env=ENVIRONMENT,
    )
    return len(files) / (time.monotonic() - started)


def matrix() -> str:
    """The whole matrix, once: what was asked in how many seconds, and the claims it proved."""
    filled = fill(Plan(catalogue.controls()), lambda *_: None)
    again = f", {len(filled.asked_again)} times a column anew" if filled.asked_again else ""
    return f"matrix: {grid.size(filled)}; {grid.headline(filled)}{again}"


def demo(rounds: int) -> float:
    """Median seconds of the whole demo at full size."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
            started = time.monotonic()
            command = [sys.executable, "-m", "lab", "demo", "--out", folder]
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.monotonic() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
