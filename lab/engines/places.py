"""Where a running lab is written down, so that any later command finds it.

One lab a user: the lab's own folder is private to its owner (mode 0700), because keys lie in it.
"""

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

VARIABLE = "PACSLAB_STATE"
"""Environment variable that puts the lab's folder elsewhere."""


LAB = "pacslab-lab"


def state_folder() -> Path:
    """Folder that holds the running lab's folder; whoever starts a lab makes it."""
    told = os.environ.get(VARIABLE)
    return Path(told).absolute() if told else _usual_place() / "pacslab"


def lab_folder() -> Path:
    """Folder of the running lab; there is one exactly while a lab runs, or after a crash.

    Its name is one that nothing else has: the state folder may be any folder of the user's.
    """
    return state_folder() / LAB


def usual_lab_folder() -> Path:
    """The same where nothing puts it elsewhere."""
    return _usual_place() / "pacslab" / LAB


def room_in(folder: Path) -> int:
    """Bytes that may be written where ``folder`` lies."""
    return shutil.disk_usage(folder).free


def temporary_folder() -> Path:
    """Name of a folder, not yet made, for a lab that ends with its command (see TMPDIR)."""
    return Path(tempfile.gettempdir()) / f"pacslab-{secrets.token_hex(8)}"


def _usual_place() -> Path:
    """Where programs of this system keep their state."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if "XDG_STATE_HOME" in os.environ:
        return Path(os.environ["XDG_STATE_HOME"])
    return Path.home() / ".local" / "state"
