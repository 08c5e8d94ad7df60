"""What a station is told: who it is, where it listens, which archives it knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from lab import told

SERVICES = Literal["echo", "store", "find", "get", "move", "commit"]


class ArchiveTable(told.Table):
    """An archive as this station reaches it. Seconds, and counts of associations."""

    name: str
    """``open`` or ``secure``."""
    host: str
    port: int = Field(ge=1, le=65535)
    ae_title: str
    tls: bool = False
    server_name: str | None = None
    """The name that its certificate must carry; the host if absent."""
    callback_port: int | None = None
    """Where it would call back a move destination that it does not know."""
    handshake_deadline: float = 10.0
    """The tight value that ``silent_connection`` asks about."""
    silence: float = 60.0
    pdu_deadline: float = 30.0
    largest_message: int = 2 * 1024**3
    matches: int = 500
    """Tight values as well; see :class:`lab.scene.Scene`."""
    tap: str | None = None
    """Host of a relay to it, on the same port, which records what crosses it when it is told to."""


class DeviceTable(told.Table):
    """An application entity that this station is, or knows by name."""

    role: str
    """``modality``, ``workstation``, ``visitor``, ``reader``."""
    ae_title: str
    may: tuple[SERVICES, ...] = ()
    sees: tuple[str, ...] | None = None
    """The only modalities that it may find and retrieve; None: all."""
    keys: Path | None = None
    """Folder with key.pem, certificate.pem and trust.pem; None: it has none."""
    listens: Mapping[str, int] = Field(default_factory=dict)
    """Archive to the port where its C-MOVE arrives."""
    stands: bool = False
    """Whether its listeners stand all the time, rather than while an order needs them."""


class Station(told.Table):
    """One station. Folders must exist and be writable."""

    archives: tuple[ArchiveTable, ...]
    devices: tuple[DeviceTable, ...] = ()
    listens_at: str = "0.0.0.0"
    """Address of its listeners: its own networks, where nobody else is told otherwise."""
    run: Path = Path("/scratch")
    """What it writes for itself while it runs."""
    bad_certificates: Path | None = None
    """Where certificates lie that are wrong on purpose (:mod:`lab.bad_certificates`)."""
    brief: Path | None = None
    """Where certificates lie that were made for one question each, in a folder of its name."""
    images: Path | None = None
    """Where images are drawn; None: it draws none."""

    @model_validator(mode="after")
    def _calls_each_archive_by_one_name(self) -> "Station":
        names = [archive.name for archive in self.archives]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"archives: {name!r} stands twice")
        for device in self.devices:
            for name in device.listens:
                if name not in names:
                    raise ValueError(f"devices: {device.ae_title} listens for {name!r}, no archive")
        return self

    def archive(self, name: str) -> ArchiveTable:
        """One archive.

        Raises:
            LookupError: this station knows none of that name.
        """
        for archive in self.archives:
            if archive.name == name:
                return archive
        raise LookupError(f"this station knows no archive {name!r}")

    def device(self, role: str) -> DeviceTable:
        """What this station is in one role.

        Raises:
            LookupError: it is nothing of the kind.
        """
        for device in self.devices:
            if device.role == role:
                return device
        raise LookupError(f"this station is no {role}")
