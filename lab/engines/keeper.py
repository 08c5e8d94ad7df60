"""Stops the lab when its time to live is over, or when whoever raised it for itself is gone.

Started beside the archives as ``python -m lab.engines.keeper FOLDER``. It looks at the clock on
the wall, so that a lab does not outlive a night in which the computer slept.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from lab.engines.record import Lab

LOOK_EVERY = 1.0
"""Seconds between two looks at the clock and at the folder."""


def is_over(lab: Lab, now: datetime) -> bool:
    """Whether a lab has to be stopped: its time is over, or it is orphaned.

    A lab needs its maker while it is being made, and a bound one always.
    """
    needs_maker = lab.bound or not lab.ready
    return now >= lab.until or (needs_maker and not lab.raised_by.runs)


def keep(folder: Path) -> None:
    """Watch over the lab in ``folder``; return when there is none left."""
    first = Lab.load(folder)
    while first is not None:
        lab = Lab.load(folder)
        if lab is None or lab.since != first.since:
            return
        if is_over(lab, datetime.now(UTC)):
            from lab.engines.process import ProcessEngine  # noqa: PLC0415 - heavy, needed once

            ProcessEngine().down(lab)
            return
        time.sleep(LOOK_EVERY)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
