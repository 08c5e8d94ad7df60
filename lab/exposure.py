"""How far a stranger comes: the highest rung L0 to L6 reached at any door, and +W."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.evidence import Evidence
from lab.scene import Scene


@dataclass(frozen=True)
class Stolen:
    """One instance that a stranger obtained, as it came over the wire."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    data_set: bytes
    """The encoded data set, without preamble and file meta information."""


Sink = Callable[[Stolen], None]
"""Told of each stolen instance as it arrives, from several threads at once."""


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
    at_least: bool
    seconds: float
    evidence: tuple[Evidence, ...] = ()


def measure(
    scene: Scene, sink: Sink | None = None, progress: Callable[[int, int], None] | None = None
) -> Exposure:
    """Measure as the stranger; ``progress`` is told images obtained and images announced."""
    raise NotImplementedError
