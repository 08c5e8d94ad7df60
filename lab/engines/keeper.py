"""Stops the lab when its time to live is over, or when whoever raised it for itself is gone.

Started beside the archives as ``python -m lab.engines.keeper FOLDER``. It looks at the clock on
the wall, so that a lab does not outlive a night in which the computer slept. For a lab in
containers it is also who asks the guard again and again while the leaking archive runs.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from lab.engines import Engine, EngineError
from lab.engines.known import engine_of
from lab.engines.processes import StartedProcess, start
from lab.engines.record import Lab

LOOK_EVERY = 1.0
"""Seconds between two looks at the clock and at the folder."""
WATCH_EVERY = 2.0
"""Seconds between two questions to the guard."""
TRY_AGAIN_AFTER = 10.0
"""Seconds until a lab that could not be stopped is stopped again: its engine may come back."""


def start_for(lab: Lab) -> StartedProcess:
    """Start the keeper of a lab in the background."""
    arguments = ["-m", "lab.engines.keeper", str(lab.folder)]
    return start(arguments, lab.folder.parent, lab.folder / "keeper.log")


def is_over(lab: Lab, now: datetime) -> bool:
    """Whether a lab has to be stopped: its time is over, or it is orphaned.

    A lab needs its maker while it is being made, and a bound one always.
    """
    needs_maker = lab.bound or not lab.ready
    return now >= lab.until or (needs_maker and not lab.raised_by.runs)


def keep(folder: Path) -> None:
    """Watch over the lab in ``folder``; return when there is none left."""
    first = Lab.load(folder)
    if first is None:
        return
    engine, watched = engine_of(first), 0.0
    while (lab := Lab.load(folder)) is not None and lab.since == first.since:
        if is_over(lab, datetime.now(UTC)):
            if _end(engine, lab):
                return
            time.sleep(TRY_AGAIN_AFTER)
        elif time.monotonic() - watched >= WATCH_EVERY:
            watched = time.monotonic()
            _watch(engine, lab)
        time.sleep(LOOK_EVERY)


def _end(engine: Engine, lab: Lab) -> bool:
    try:
        engine.down(lab)
    except EngineError as error:
        _log(error)
        return False
    return True


def _watch(engine: Engine, lab: Lab) -> None:
    try:
        engine.watch(lab)
    except EngineError as error:  # the container engine does not answer: it may come back
        _log(error)


def _log(error: EngineError) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {error}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
