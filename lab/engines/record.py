"""What is written down about a running lab: enough to find it, use it and stop it.

The file lies in the lab's private folder. ``pacslab status --json`` prints a part of it.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from lab.engines.processes import StartedProcess
from lab.pki import Identity

FILE = "lab.json"
BAD_CERTIFICATES = "bad-certificates"
"""Folder in the lab's with what :mod:`lab.bad_certificates` made."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Archive(_Entry):
    """One of the two archives, as it listens."""

    host: str
    port: int
    ae_title: str
    process: StartedProcess | None = None
    """None where it does not run as a process of this machine."""
    crl: Path | None = None
    """The revocation list that it reads, if that is for this process to write."""


class Lab(_Entry):
    """A running lab. Times are with their zone."""

    engine: Literal["process", "docker"]
    folder: Path
    since: datetime
    until: datetime
    raised_by: StartedProcess
    """Who makes it; while ``ready`` is false, the lab is only as alive as this process."""
    ready: bool = False
    bound: bool = False
    """Whether it ends with ``raised_by`` (a demo's lab), rather than at ``until`` only."""
    keeper: StartedProcess | None = None
    """The process that stops the lab at ``until``."""
    open: Archive | None = None
    secure: Archive | None = None
    workstation_port: int = 0
    """Where the workstation of the hardened archive listens for C-MOVE."""
    open_workstation_port: int = 0
    """The same of the open archive."""
    callback_port: int = 0
    """Where the open archive calls titles it does not know."""
    secure_callback_port: int = 0
    """Where the hardened archive would call them, if it did."""
    project: str = ""
    """What the container engine knows the lab by; it and the next two are a docker lab's."""
    engine_host: str = ""
    """The container engine's address, as DOCKER_HOST has it."""
    podman: bool = False
    """Whether that is podman."""
    filtered: bool = False
    """Whether rules of the packet filter stand around it."""

    def save(self, folder: Path | None = None) -> Self:
        """Write it down; who reads sees the old or the new state, never half of one.

        ``folder`` is the lab's own unless that is still to be put in place.
        """
        path = (folder or self.folder) / FILE
        unfinished = path.with_name(f"{FILE}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        unfinished.replace(path)
        return self

    def but(self, **changes: object) -> Self:
        """The same lab with some entries changed, written down."""
        return self.model_copy(update=changes).save()

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Read what was written down; None if nothing was."""
        try:
            return cls.model_validate_json((folder / FILE).read_bytes())
        except FileNotFoundError:
            return None

    def identity(self, name: str, ae_title: str) -> Identity:
        """Certificate and key of one of the lab's devices."""
        return Identity.load(name, self.folder / "identities" / name, ae_title=ae_title)

    def identities(self) -> Mapping[str, Identity]:
        """The clinic's devices by name: modality, workstation, visitor, reader."""
        return {name: self.identity(name, title) for name, title in DEVICES.items()}


DEVICES = {
    "modality": "MODALITY",
    "workstation": "WORKSTATION",
    "visitor": "VISITOR",
    "reader": "READER",
}
"""AE titles of the clinic's devices."""
