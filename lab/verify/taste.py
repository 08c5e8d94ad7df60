"""Measures exposure without taking more than the proof: one record, one instance.

What the lab takes from its own archives it leaves where they are somebody's. A query is cancelled
after the fifth match; one instance is counted and discarded as it arrives, never written. Persons
are counted only on demand, as salted hashes, and only up to a bound.
"""

import hashlib
import secrets
from dataclasses import replace

from lab.asking import every_study, one_instance
from lab.attempts import model_of
from lab.exposure import Exposure, measure
from lab.loot import Loot
from lab.marked import is_marked
from lab.plunder import Plunder
from lab.scene import Scene, Wanted
from lab.sop_classes import (
    PATIENT_ROOT_FIND,
    PATIENT_ROOT_GET,
    STORAGE,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
)
from lab.target import Door, Target
from lab.verify.acquaint import find_instance

MARGIN = 50
"""Matches beyond the bound that may still come after a cancel."""
SHOWN = 5
"""Hashes that evidence shows."""


class Taste(Plunder):
    """A plunder that stops at the proof. ``at_most``: persons to count, None: none."""

    def __init__(self, scene: Scene, at_most: int | None = None) -> None:
        super().__init__(scene)
        self._at_most = at_most
        self._salt = secrets.token_bytes(16)
        self.persons: set[str] = set()
        """Salted hashes of patient IDs; the salt ends with the run."""
        self.cut = False
        self.wanted: Wanted | None = None
        """An instance that a stranger could find."""
        self._rungs: dict[tuple[Door, bool], tuple[int, bool]] = {}
        """How far each door in TLS led, with our self-made certificate and without it."""

    def came(self, way: Target, level: int, *, writable: bool) -> None:
        """Keep how far each way led."""
        if way.door.tls:
            self._rungs[way.door, way.certificate is not None] = (level, writable)

    @property
    def bare_doors(self) -> frozenset[Door]:
        """See :attr:`lab.scene.Scene.bare_doors`."""
        return frozenset(
            door
            for (door, shown), rung in self._rungs.items()
            if not shown and rung > self._rungs.get((door, True), rung)
        )

    @property
    def listed(self) -> str:
        """For evidence: proof without a name."""
        shown = ", ".join(sorted(self.persons)[:SHOWN])
        more = " and maybe more; we stopped there" if self.cut else ""
        return f"records of {len(self.persons)} patients were listed{more}; as hashes: {shown}"

    def list_studies(self, way: Target) -> bool:
        """Whether a record came."""
        manners = way.manners
        if self._at_most is not None:
            manners = replace(
                manners, cancel_after=self._at_most, abort_after=self._at_most + MARGIN
            )
        with way.but(manners=manners).converse(STUDY_ROOT_FIND, PATIENT_ROOT_FIND) as talk:
            model = model_of(talk, STUDY_ROOT_FIND, PATIENT_ROOT_FIND)
            _, matches = talk.find(model, every_study())
        for match in matches:
            patient_id = str(match.get("PatientID", ""))
            if not is_marked(patient_id):
                self.persons.add(self._hash(patient_id))
        self.cut = self.cut or talk.cut
        return bool(matches)

    def _hash(self, text: str) -> str:
        return hashlib.sha256(self._salt + text.encode()).hexdigest()[:12]

    def take_images(self, way: Target, loot: Loot) -> None:
        """Ask for one instance, and for no second."""
        if loot.images:
            return
        self.wanted = self.wanted or find_instance(way)
        if self.wanted is None:
            return
        with way.converse(STUDY_ROOT_GET, PATIENT_ROOT_GET, receiving=STORAGE) as talk:
            model = model_of(talk, STUDY_ROOT_GET, PATIENT_ROOT_GET)
            asked = one_instance(self.wanted)
            if model == PATIENT_ROOT_GET:
                asked.PatientID = self.wanted.patient_id
            talk.get(model, asked, loot.receive)


def taste(scene: Scene, at_most: int | None = None) -> tuple[Exposure, Taste]:
    """Measure at every door, as the stranger. ``at_most``: persons to count, None: none."""
    plunder = Taste(scene, at_most)
    measured = measure(scene, plunder=plunder)
    counted = at_most is not None and measured.level > 0
    return replace(
        measured,
        patients_obtained=len(plunder.persons) if counted else None,
        at_least=plunder.cut or bool(measured.images_obtained),
    ), plunder
