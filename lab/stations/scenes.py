"""An archive as a station meets it: with its own credentials and nobody else's."""

from collections.abc import Mapping
from pathlib import Path

from lab import bad_certificates
from lab.pki import self_made
from lab.scene import Credential, Peer, Scene, Wanted
from lab.stations.config import ArchiveTable, DeviceTable, Station
from lab.target import Door
from lab.user_identity import USER

STRANGER = "STRANGER"


def scene_of(
    station: Station, archive_name: str, own_folder: Path, wanted: Wanted | None = None
) -> Scene:
    """The scene of one archive.

    Args:
        station: who we are.
        archive_name: which of the archives that it knows.
        own_folder: where the self-made certificate of a stranger goes; anybody can make one.
        wanted: an instance that is known to be in the archive.

    Raises:
        LookupError: the station knows no such archive.
        OSError: a certificate of its own cannot be read.
    """
    archive = station.archive(archive_name)
    made = self_made("stranger", own_folder, ae_title=STRANGER)
    issued = [device.keys for device in station.devices if device.keys is not None]
    return Scene(
        name=archive.name,
        doors=(Door(archive.host, archive.port, archive.tls),),
        ae_title=archive.ae_title,
        peers={device.role: peer_of(station, device, archive) for device in station.devices},
        stranger=Peer(STRANGER, certificate=made.certificate, key=made.key),
        bad_certificates=_bad_certificates(station),
        trust=issued[0] / "trust.pem" if issued and archive.tls else None,
        server_name=archive.server_name,
        callback_port=archive.callback_port,
        listens_at=station.listens_at,
        handshake_deadline=archive.handshake_deadline,
        silence=archive.silence,
        pdu_deadline=archive.pdu_deadline,
        largest_message=archive.largest_message,
        matches=archive.matches,
        wanted=wanted,
    )


def _bad_certificates(station: Station) -> Mapping[str, Credential]:
    if station.bad_certificates is None:
        return {}
    return bad_certificates.load(station.bad_certificates)


def peer_of(station: Station, device: DeviceTable, archive: ArchiveTable) -> Peer:
    """A device as the archive's peer; certificates are shown where TLS is spoken, only."""
    keys = device.keys if archive.tls else None
    user = keys / USER if keys else None
    port = device.listens.get(archive.name)
    return Peer(
        device.ae_title,
        may=frozenset(device.may),
        sees=None if device.sees is None else frozenset(device.sees),
        certificate=keys / "certificate.pem" if keys else None,
        key=keys / "key.pem" if keys else None,
        user=user if user is not None and user.exists() else None,
        listens_on=(station.listens_at, port) if port is not None else None,
    )
