"""An archive seen from outside, and who we are when we talk to it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Door:
    """An address of an archive, and whether TLS is expected there."""

    host: str
    port: int
    tls: bool = False


@dataclass(frozen=True)
class Target:
    """Where to knock, whom to ask for, and as whom. Times in seconds."""

    door: Door
    called_ae_title: str
    calling_ae_title: str
    certificate: Path | None = None
    key: Path | None = None
    trust: Path | None = None
    """PEM of the CA that signs the archive; None: any certificate is taken, as a stranger would."""
    server_name: str | None = None
    """The name its certificate must carry where ``trust`` is given; None: the host."""
    local_address: str | None = None
    """Address that we call from; None: whatever the system takes."""
    deadline: float = 10.0
    """For connecting, and for each answer."""
