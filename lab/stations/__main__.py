"""``python -m lab.stations serve|obey|health --config F``. Exit codes: 0, 1 (not well), 2."""

import argparse
import os
import sys
from pathlib import Path
from typing import BinaryIO

from lab import told
from lab.stations.config import Station

NOT_WELL, WRONG_USE = 1, 2


def main() -> int:
    """Do one of the three."""
    parser = argparse.ArgumentParser(prog="lab.stations", description="A device of the lab.")
    parser.add_argument("command", choices=["serve", "obey", "health"])
    parser.add_argument("--config", required=True, type=Path, metavar="F", help="TOML file")
    chosen = parser.parse_args()
    try:
        station = told.read(chosen.config, Station)
        return {"serve": _serve, "obey": _obey, "health": _health}[chosen.command](station)
    except (told.ToldError, OSError) as error:
        sys.stderr.write(f"station: {error}\n")
        return WRONG_USE


def _serve(station: Station) -> int:
    from lab.inbox import AddressTakenError  # noqa: PLC0415 - heavy, and not needed by all three
    from lab.stations.serve import serve  # noqa: PLC0415 - the same

    try:
        serve(station)
    except AddressTakenError as error:
        sys.stderr.write(f"station: {error}\n")
        return WRONG_USE
    return 0


def _health(station: Station) -> int:
    from lab.stations.health import ail  # noqa: PLC0415 - heavy, and not needed by all three

    said = ail(station)
    sys.stdout.write(f"{said or 'well'}\n")
    return NOT_WELL if said else 0


def _obey(station: Station) -> int:
    """One order, then its lines; whatever goes wrong is said in the last one."""
    from lab.stations.obey import obey  # noqa: PLC0415 - heavy, and not needed by all three
    from lab.stations.orders import ORDER  # noqa: PLC0415 - the same
    from lab.stations.telling import Teller, Watch  # noqa: PLC0415 - the same

    teller = Teller(_own_output(), gone=lambda: os._exit(NOT_WELL))

    def late() -> None:
        teller.fault(f"it was not done within {order.within:g} seconds")
        os._exit(NOT_WELL)

    try:
        order = ORDER.validate_json(sys.stdin.buffer.read())
        with Watch(teller, order.within, late):
            result = obey(station, order, teller)
    except Exception as error:  # any fault of ours is one line to whoever gave the order
        said = str(error) if isinstance(error, LookupError | OSError) else ""
        teller.fault(said or f"{type(error).__name__}: {error}")
        return NOT_WELL
    teller.result(result)
    return 0


def _own_output() -> BinaryIO:
    """Standard output for lines alone; whatever else is printed goes to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    sys.exit(main())
