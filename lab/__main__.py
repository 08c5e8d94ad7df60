"""``pacslab`` and ``python -m lab``: the command line, imported when it is called and not before.

A process that draws images is started by "spawn", which imports anew what its parent was started
with, this module: the whole command line there would cost more than drawing a patient.
"""

import gc


def main() -> None:
    """``pacslab``."""
    gc.disable()  # nothing that an import makes is garbage: looking for some is a fifth of it
    from lab import cli  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
