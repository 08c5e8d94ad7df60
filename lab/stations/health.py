"""Whether a station is well: what listens answers C-ECHO, and its main process runs."""

import os

from lab.conversation import SUCCESS
from lab.manners import Manners
from lab.scene import Peer
from lab.stations.config import ArchiveTable, Station
from lab.stations.serve import PID_FILE, standing
from lab.target import Door, Target

HERE = "127.0.0.1"
DEADLINE = 5.0
"""Seconds that a listener has to answer."""


def ail(station: Station) -> str | None:
    """What is wrong with the station whose main process runs beside us; None: nothing."""
    try:
        os.kill(int((station.run / PID_FILE).read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return "its main process does not run, or is not ready"
    for peer, archive in standing(station):
        said = _echo(station, peer, archive)
        if said is not None:
            return f"{peer.ae_title} does not answer C-ECHO for {archive.name}: {said}"
    return None


def _echo(station: Station, peer: Peer, archive: ArchiveTable) -> str | None:
    """Call our own listener as ourselves; what the wire showed if it does not answer."""
    assert peer.listens_on is not None  # noqa: S101 - that is what stands
    everywhere = station.listens_at in {"0.0.0.0", ""}
    target = Target(
        Door(HERE if everywhere else station.listens_at, peer.listens_on[1], archive.tls),
        called_ae_title=peer.ae_title,
        calling_ae_title=peer.ae_title,
        certificate=peer.certificate,
        key=peer.key,
        trust=peer.certificate.with_name("trust.pem") if peer.certificate else None,
        server_name=HERE,
        manners=Manners(deadline=DEADLINE),
    )
    with target.converse() as talk:
        if talk.echo() == SUCCESS:
            return None
        return talk.evidence[-1].text if talk.evidence else "no answer"
