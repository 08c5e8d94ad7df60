"""Finds an archive's doors: what speaks at each port, by the first bytes of its answers.

Each port is asked in plaintext and in TLS, since one address may take both. A door is where DICOM
is spoken, or where TLS is and hides what lies behind.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from lab.evidence import Evidence
from lab.manners import Manners
from lab.target import Door, Target
from lab.verify.tls_profile import MODERN, takes
from lab.wire import Reached

PATIENCE = 2.0
"""Seconds that an answer may take while we look for doors."""
NO_AGREEMENT = frozenset({"alert 40", "alert 70", "alert 71"})
"""handshake_failure, protocol_version, insufficient_security."""
NOT_DICOM, TLS_ONLY = "not dicom", "tls only"


@dataclass(frozen=True)
class Seen:
    """What one way of speaking met at one port."""

    door: Door
    is_door: bool
    reached: Reached
    words: str
    """For people: what speaks there."""
    evidence: tuple[Evidence, ...]
    implementation: tuple[str, str] = ("", "")


def look(host: str, ports: Sequence[int], manners: Manners) -> Sequence[Seen]:
    """Knock at every port, in plaintext and in TLS; the order is that of the ports."""
    quick = replace(manners, deadline=min(PATIENCE, manners.deadline))
    with ThreadPoolExecutor(len(ports)) as pool:
        found = list(pool.map(lambda port: _look_at(host, port, quick), ports))
    return [seen for port in found for seen in port]


def _look_at(host: str, port: int, manners: Manners) -> Sequence[Seen]:
    plain = _knock(Door(host, port), manners)
    if plain.reached is Reached.NOTHING:
        return [plain]
    return [plain, _in_tls(host, port, manners)]


def _in_tls(host: str, port: int, manners: Manners) -> Seen:
    """In TLS as it is today; in what was retired only where the archive has nothing else."""
    door = Door(host, port, tls=True)
    seen = _knock(door, manners)
    refused = any(one.code in NO_AGREEMENT for one in seen.evidence)
    if not refused or takes(Target(door, "ANY-SCP", "STRANGER", manners=manners), MODERN):
        return seen
    return _knock(replace(door, retired=True), manners)


def _knock(door: Door, manners: Manners) -> Seen:
    with Target(door, "ANY-SCP", "STRANGER", manners=manners).converse() as talk:
        talk.echo()
    codes = {seen.code for seen in talk.evidence}
    words = _words(door, talk.reached, codes)
    is_door = _is_door(door, talk.reached, codes)
    return Seen(door, is_door, talk.reached, words, talk.evidence, talk.implementation)


def _is_door(door: Door, reached: Reached, codes: set[str]) -> bool:
    if reached >= Reached.DICOM:
        return True
    return door.tls and _speaks_tls(reached, codes) and NOT_DICOM not in codes


def _speaks_tls(reached: Reached, codes: set[str]) -> bool:
    """A handshake that came to its end, or an alert: who sends one speaks TLS."""
    return reached >= Reached.TLS or any(code.startswith(("alert", "TLSv")) for code in codes)


def _words(door: Door, reached: Reached, codes: set[str]) -> str:
    how = "retired TLS" if door.retired else "TLS" if door.tls else "plaintext"
    port = f"port {door.port}: "
    if reached is Reached.NOTHING:
        return port + ("closed" if "refused" in codes else "no answer")
    if reached >= Reached.DICOM:
        return port + f"speaks DICOM in {how}"
    return port + _not_dicom(door, reached, codes, how)


def _not_dicom(door: Door, reached: Reached, codes: set[str], how: str) -> str:
    if NOT_DICOM in codes:
        return f"answers in {how}, but not in DICOM"
    if TLS_ONLY in codes:
        return "answers plaintext with TLS"
    if door.tls and _speaks_tls(reached, codes):
        return f"speaks {how}, and lets no stranger see what is behind it"
    return f"is open, and says nothing in {how} that we understand"


def doors_of(seen: Sequence[Seen], *, tls_first: bool) -> tuple[Door, ...]:
    """The doors among what was seen; with certificates in hand those with TLS come first."""
    doors = [one.door for one in seen if one.is_door]
    return tuple(sorted(doors, key=lambda door: door.tls != tls_first))
