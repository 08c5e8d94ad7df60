"""The second table: our own devices before archives with bad certificates, in a process apart."""

import contextlib
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from lab.engines import EngineError
from lab.engines.ablation import Ablation
from lab.matrix.model import Rogue
from lab.probe import Answer
from lab.rogue import table
from lab.rogue.faces import GOOD


def fill(ablation: Ablation) -> Rogue:
    """Yes: our device went on, as it should with the good one alone.

    Raises:
        EngineError: it came to no end.
    """
    for told in ablation.hear(work, (ablation.lab.folder / "rogue",)):
        if isinstance(told, Rogue):
            return told
    raise EngineError("the table of rogue archives: who asked ended before all was answered")


def work(folder: Path, pipe: Connection) -> None:
    """The whole life of the process that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for the answers decides
    found = table.run(folder)
    with contextlib.suppress(OSError):
        pipe.send(
            Rogue(
                columns=found.columns,
                rows=tuple(found.cells),
                words={face.id: face.words for face in found.rows},
                cells={
                    face: {column: Answer.YES if on else Answer.NO for column, on in row.items()}
                    for face, row in found.cells.items()
                },
                good=GOOD,
                fooled_by=tuple(found.fooled_by),
                served=found.is_served,
            )
        )
