"""How far a stranger comes: the highest rung L0 to L6 reached at any door, and +W.

The stranger holds nothing but default titles and at most a self-made certificate. Exposure is
what was obtained, not what was associated with: a scanner that calls every accepted
association insecure measures something else. Nothing is saved here; whoever wants the pictures
gives a sink.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lab.asking import showed, was_stored
from lab.evidence import Evidence
from lab.loot import Loot, Sink
from lab.plunder import Plunder
from lab.probes.guess_ae_titles import DEFAULT_TITLES
from lab.scene import Scene, local_address
from lab.sop_classes import CT
from lab.target import Target
from lab.wire import Reached
from sample_images.manifest import Manifest

Progress = Callable[[int, int | None], None]
"""Told of images obtained, and of images announced where that is known; from several threads."""

LEVEL_OF = {
    Reached.NOTHING: 0,
    Reached.TCP: 1,
    Reached.TLS: 1,
    Reached.DICOM: 2,
    Reached.ASSOCIATED: 3,
    Reached.SERVED: 4,
}
REJECTED = re.compile(r"rj [12]/[123]/\d")
"""A rejection as the Standard has it (PS3.8 9.3.4)."""
LEAKS_RECORDS, LEAKS_IMAGES = 5, 6
CALLS_FROM = 2
"""Number of the loopback address the stranger calls from."""


@dataclass(frozen=True)
class Taken:
    """What a stranger reached and obtained; it has no answer key to compare with."""

    level: int
    writable: bool | None
    patients: int
    """Patient IDs that were listed or delivered."""
    images: Mapping[str, str | None]
    """SOP Instance UID to the SHA-256 of its Pixel Data, of each image that was delivered."""
    at_least: bool
    """Whether the counts are lower bounds, because a retrieval broke off."""
    size: int
    """Bytes of the images obtained."""
    seconds: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """What was reached and obtained. None: not counted; ``planted`` None: no answer key."""

    level: int
    writable: bool | None
    patients_obtained: int | None
    images_obtained: int | None
    patients_planted: int | None
    images_planted: int | None
    images_identical: int | None
    """Obtained with the answer key's own pixel hash; None without an answer key."""
    at_least: bool
    """Whether the counts are lower bounds, because a retrieval broke off."""
    size: int
    """Bytes of the images obtained."""
    seconds: float
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """For people: ``L6+W``."""
        return f"L{self.level}" + ("+W" if self.writable else "")


def measure(
    scene: Scene,
    sink: Sink | None = None,
    progress: Progress | None = None,
    plunder: Plunder | None = None,
) -> Exposure:
    """Measure at every door of the scene, as the stranger."""
    return compare(take(scene, sink, progress, plunder), scene.answer_key)


def take(
    scene: Scene,
    sink: Sink | None = None,
    progress: Progress | None = None,
    plunder: Plunder | None = None,
) -> Taken:
    """Take what is given at every door of the scene, as the stranger.

    ``plunder`` says how much is taken; without one, everything.
    """
    began = time.monotonic()
    plunder = plunder or Plunder(scene)
    told = progress or _silent
    with Loot(sink, lambda count: told(count, plunder.announced)) as loot:
        climbs = []
        for way in _ways(scene):
            climbs.append(climb := _climb(scene, way, plunder, loot))
            plunder.came(way, climb.level, writable=bool(climb.writable))
    best = max(climbs, key=lambda climb: (climb.level, bool(climb.writable)))
    listed = best.level >= LEAKS_RECORDS
    return Taken(
        level=LEAKS_IMAGES if loot.images else best.level,
        writable=_any(climb.writable for climb in climbs),
        patients=len(plunder.patients | loot.patients),
        images=dict(loot.images),
        at_least=listed and (plunder.broke_off or bool(loot.faults)),
        size=loot.size,
        seconds=time.monotonic() - began,
        evidence=best.evidence,
    )


def compare(taken: Taken, answer_key: Manifest | None) -> Exposure:
    """What was obtained of what was planted; nothing is counted where nothing was reached."""
    planted = _pixel_hashes(answer_key)
    identical = sum(planted.get(uid) == pixels for uid, pixels in taken.images.items() if pixels)
    return Exposure(
        level=taken.level,
        writable=taken.writable,
        patients_obtained=taken.patients if taken.level else None,
        images_obtained=len(taken.images) if taken.level else None,
        patients_planted=len(answer_key.patients) if answer_key else None,
        images_planted=len(planted) if answer_key else None,
        images_identical=identical if answer_key and taken.level else None,
        at_least=taken.at_least,
        size=taken.size,
        seconds=taken.seconds,
        evidence=taken.evidence,
    )


@dataclass(frozen=True)
class _Climb:
    """How far one way into the archive led."""

    level: int
    writable: bool | None
    evidence: tuple[Evidence, ...]


def _ways(scene: Scene) -> list[Target]:
    """Every door as it is, without a certificate, and in plaintext."""
    ways = []
    for door in scene.doors:
        way = scene.as_stranger(local_address=local_address(CALLS_FROM)).but(door=door)
        ways.append(way)
        if door.tls:
            ways += [way.but(certificate=None, key=None), way.in_plaintext()]
    return ways


def _climb(scene: Scene, way: Target, plunder: Plunder, loot: Loot) -> _Climb:
    """Try default titles until one is let in, then take what there is to take."""
    way, reached, evidence = _enter(scene, way)
    level = LEVEL_OF[reached]
    if reached < Reached.ASSOCIATED:
        return _Climb(level, None if level == 0 else False, evidence)
    if plunder.list_studies(way):
        level = LEAKS_RECORDS
        evidence = (*evidence, showed(plunder.listed))
        plunder.take_images(way, loot)
    return _Climb(level, _is_writable(scene, way), evidence)


def _enter(scene: Scene, way: Target) -> tuple[Target, Reached, tuple[Evidence, ...]]:
    """The way with a title that is served, if a default title is; else how far the first came."""
    with way.converse() as talk:
        talk.echo()
    if talk.reached >= Reached.ASSOCIATED or not _title_refused(talk.evidence):
        return way, talk.reached, talk.evidence
    for title in dict.fromkeys((*scene.more_titles, *DEFAULT_TITLES)):
        other = replace(way, called_ae_title=title, calling_ae_title=title)
        with other.converse() as again:
            again.echo()
        if again.reached >= Reached.ASSOCIATED:
            return other, again.reached, again.evidence
    return way, talk.reached, talk.evidence


def _title_refused(evidence: tuple[Evidence, ...]) -> bool:
    """Whether another title might do better."""
    return any(REJECTED.fullmatch(seen.code) for seen in evidence)


def _is_writable(scene: Scene, way: Target) -> bool | None:
    """Whether a marked instance is taken; None where nothing may be stored."""
    if not (scene.own or scene.may_write):
        return None
    with way.converse(storage=[CT]) as talk:
        return was_stored(talk.store_bytes(scene.marked.new().part_10))


def _pixel_hashes(answer_key: Manifest | None) -> Mapping[str, str]:
    instances = answer_key.instances() if answer_key else ()
    return {one.sop_instance_uid: one.pixel_sha256 for one in instances}


def _any(tried: Iterable[bool | None]) -> bool | None:
    """True if any is, False if all that were tried are, None if none was tried."""
    known = [one for one in tried if one is not None]
    return any(known) if known else None


def _silent(_obtained: int, _announced: int | None) -> None:
    """Tell nobody."""
