"""The lab's own two archives as scenes: whom the clinic knows there, and who is a stranger."""

import secrets
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from lab import bad_certificates
from lab.engines import Which, settings
from lab.engines.record import BAD_CERTIFICATES, DEVICES, Archive, Lab
from lab.pki import DOMAIN, MARGIN, Authority, Identity, self_made
from lab.scene import Credential, Peer, Scene
from lab.target import Door, Target
from lab.user_identity import USER
from sample_images.manifest import Manifest

LOOPBACK = "127.0.0.1"
STRANGER = "STRANGER"
SERVER_NAME = f"pacs-secure.{DOMAIN}"
"""The name that the hardened archive's certificate carries."""
_ONE_STRANGER = threading.Lock()
"""Both archives may be looked at side by side, and one key fits one certificate."""


def open_scene(lab: Lab, answer_key: Manifest | None = None) -> Scene:
    """The archive without safeguards: the clinic's devices have no certificates there."""
    archive = _listening(lab.open)
    return Scene(
        name="open",
        doors=(Door(archive.host, archive.port),),
        ae_title=archive.ae_title,
        peers=_peers(lab, lab.open_workstation_port, certificates=False),
        stranger=make_stranger(lab),
        answer_key=answer_key,
        callback_port=lab.callback_port,
        handshake_deadline=settings.HANDSHAKE_DEADLINE,
        silence=settings.SILENCE,
        pdu_deadline=settings.PDU_DEADLINE,
        largest_message=settings.LARGEST,
        matches=settings.MATCHES,
    )


def secure_scene(lab: Lab, answer_key: Manifest | None = None) -> Scene:
    """The hardened archive: each of the clinic's devices has its own certificate."""
    archive = _listening(lab.secure)
    return Scene(
        name="secure",
        doors=(Door(archive.host, archive.port, tls=True),),
        ae_title=archive.ae_title,
        peers=_peers(lab, lab.workstation_port, certificates=True),
        stranger=make_stranger(lab),
        bad_certificates=_bad_certificates(lab),
        issue=_issue(lab),
        revoke=_revoke(lab, archive),
        trust=lab.identity("visitor", DEVICES["visitor"]).trust,
        server_name=SERVER_NAME,
        answer_key=answer_key,
        callback_port=lab.secure_callback_port,
        handshake_deadline=settings.HANDSHAKE_DEADLINE,
        silence=settings.SILENCE,
        pdu_deadline=settings.PDU_DEADLINE,
        largest_message=settings.LARGEST,
        matches=settings.MATCHES,
    )


def chosen_scene(lab: Lab, *, tls: bool) -> Scene:
    """An archive with a choice of controls, all values brisk; who knows no TLS shows none."""
    scene = secure_scene(lab)
    archive = _listening(lab.secure)
    return replace(
        scene,
        doors=(Door(archive.host, archive.port, tls=tls),),
        peers=_peers(lab, lab.workstation_port, certificates=tls),
        handshake_deadline=settings.BRISK_DEADLINE,
        associations_per_peer=settings.BRISK_ASSOCIATIONS,
        silence=settings.BRISK_SILENCE,
        pdu_deadline=settings.BRISK_PDU_DEADLINE,
        largest_message=settings.BRISK_LARGEST,
        matches=settings.BRISK_MATCHES,
    )


def visitor(lab: Lab, which: Which) -> Target:
    """An archive as the visitor meets it: the one friend whose key the host has."""
    archive = _listening(lab.open if which == "open" else lab.secure)
    target = Target(Door(archive.host, archive.port), archive.ae_title, DEVICES["visitor"])
    if which == "open":
        return target
    own = lab.identity("visitor", DEVICES["visitor"])
    return target.but(
        door=Door(archive.host, archive.port, tls=True),
        certificate=own.certificate,
        key=own.key,
        trust=own.trust,
        server_name=SERVER_NAME,
    )


def _listening(archive: Archive | None) -> Archive:
    if archive is None:
        raise ValueError("this archive of the lab was never started")
    return archive


def _peers(lab: Lab, workstation_port: int, *, certificates: bool) -> Mapping[str, Peer]:
    """The clinic's devices by role, with their rights."""
    return {
        name: Peer(
            title,
            may=frozenset(settings.RIGHTS[title]),
            sees=frozenset(settings.SCOPE[title]) if title in settings.SCOPE else None,
            certificate=identity.certificate if certificates else None,
            key=identity.key if certificates else None,
            user=_user(identity) if certificates else None,
            listens_on=(LOOPBACK, workstation_port) if name == "workstation" else None,
        )
        for name, title in DEVICES.items()
        for identity in [lab.identity(name, title)]
    }


def _bad_certificates(lab: Lab) -> Mapping[str, Credential]:
    """What the lab's authority made wrong; a lab of containers keeps it to itself."""
    folder = lab.folder / BAD_CERTIFICATES
    return bad_certificates.load(folder) if folder.is_dir() else {}


def _user(identity: Identity) -> Path | None:
    """Who sits at a device of which the hardened archive demands it."""
    folder = identity.key.parent / USER
    return folder if folder.exists() else None


def _issue(lab: Lab) -> Callable[[timedelta], Credential] | None:
    """The lab's authority, where it lies on this machine."""
    folder = lab.folder / "authority"
    if not folder.is_dir():
        return None

    def issue(lasts: timedelta) -> Credential:
        now, own = datetime.now(UTC), lab.folder / "passing" / secrets.token_hex(8)
        validity = (now - MARGIN, now + lasts)
        title = DEVICES["modality"]
        made = Authority.load(folder).issue("modality", own, ae_title=title, validity=validity)
        return Credential(made.certificate, made.key)

    return issue


def _revoke(lab: Lab, archive: Archive) -> Callable[[Credential], None] | None:
    """The lab's authority and a process that reads its list; not where there is no signal for it.

    The archive has read the list a moment later: who asks sees it on the wire.
    """
    folder, process, crl = lab.folder / "authority", archive.process, archive.crl
    if not (folder.is_dir() and process and crl and hasattr(signal, "SIGHUP")):
        return None

    lock = threading.Lock()

    def revoke(shown: Credential) -> None:
        certificate = x509.load_pem_x509_certificate(shown.certificate.read_bytes())
        with lock:  # several questions may be asked at once, and no list may forget
            Authority.load(folder).add_to_crl(crl, certificate)
        running = process.find()
        if running is not None:  # else every question finds out
            running.send_signal(signal.SIGHUP)

    return revoke


def make_stranger(lab: Lab) -> Peer:
    """Anybody: a certificate of one's own making costs nothing."""
    folder = lab.folder / "stranger"
    with _ONE_STRANGER:
        if not (folder / "key.pem").exists():
            self_made("stranger", folder, ae_title=STRANGER)
    return Peer(STRANGER, certificate=folder / "certificate.pem", key=folder / "key.pem")
