"""`pacslab reset`: the state after `up`."""

from rich.text import Text

from lab import standing
from lab.commands.faults import faults
from lab.engines import known
from lab.report import text


def reset() -> None:
    """Go back to the state after `up`. Whatever was stored since is gone."""
    with faults():
        lab = standing.find()
        known.engine_of(lab).reset(lab)
        text.console().print(Text("both archives are as they were after `up`"))
