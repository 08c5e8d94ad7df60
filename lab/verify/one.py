"""Verifies one archive: finds its doors, measures what a stranger obtains, asks, reports."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.evidence import Evidence, Layer, printable
from lab.exposure import LEVEL_OF, Exposure
from lab.manners import BudgetSpentError, Manners, Pace
from lab.pki import self_made
from lab.probe import Probe, Untold, unknown
from lab.probes import PROBES
from lab.report.assemble import assemble
from lab.report.model import Report
from lab.run import Asked, Outcome, judge_all
from lab.scene import Credential, Peer, Scene, is_loopback
from lab.target import Door
from lab.transcript import Transcript
from lab.verdict import ExitCode, PositiveControl, exit_code
from lab.verify import tls_profile
from lab.verify.acquaint import ANY, acquaint, find_title
from lab.verify.address import Address
from lab.verify.doors import Seen, doors_of, look
from lab.verify.fingerprint import fingerprint
from lab.verify.identity import NOBODY, Identity
from lab.verify.questions import Interview, Told, now
from lab.verify.taste import taste
from lab.wire import Reached

STRANGER = "STRANGER"
PAUSE = 0.1
"""Seconds between two connections to an archive that is not on this machine."""
HANDSHAKE_DEADLINE = 5.0
"""Seconds that a connection may be silent: what our own hardened archive allows. A longer wait
would make a stranger's visit longer than anybody waits for it."""
MANNERS = Manners(
    cancel_after=5,
    abort_after=50,
    deadline=4.0,
    silence=8.0,
    longest=20.0,
    most_bytes=2 * 1024**3,
)
STRANGER_HOLDS = ("default AE titles", "self-made certificate")


@dataclass(frozen=True)
class Plan:
    """What to verify, and how. Seconds."""

    address: Address
    identity: Identity = NOBODY
    authorised: str | None = None
    bad_certificates: Mapping[str, Credential] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    """AE titles to try first."""
    may_write: bool = False
    at_most: int | None = None
    """Persons to count; None: they are not counted."""
    callback_port: int | None = None
    """Where we listen for what a C-MOVE of a stranger might bring."""
    budget: int = 1000
    """Connections in all."""
    pause: float | None = None
    """Between two connections; None: none on this machine, else ``PAUSE``."""
    longest: float = 60.0
    """After which no new question is put."""
    closed_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    probes: Sequence[Probe] = PROBES
    transcript: Transcript = field(default_factory=Transcript)
    """Filled with what is said."""


@dataclass(frozen=True)
class Verified:
    """A report, and whether it is the whole of it."""

    report: Report
    complete: bool

    @property
    def exit_code(self) -> ExitCode:
        """As for every run; what was stopped cannot be a pass."""
        code = exit_code(entry.verdict for entry in self.report.probes)
        stopped = not self.complete and code is ExitCode.ALL_PASS
        return ExitCode.INCONCLUSIVE if stopped else code


def verify(plan: Plan, told: Told = lambda _words: None) -> Verified:
    """Ask everything; a Ctrl-C ends it with what was found until then."""
    with tempfile.TemporaryDirectory(prefix="pacslab-stranger-") as folder:
        return _Visit(plan, told, Path(folder)).make()


class _Visit:
    """One visit to one archive; what it finds is kept step by step, so that it may be cut off."""

    def __init__(self, plan: Plan, told: Told, folder: Path) -> None:
        self._plan, self._told = plan, told
        pause = plan.pause
        if pause is None:
            pause = 0 if is_loopback(plan.address.host) else PAUSE
        self._manners = replace(MANNERS, pace=Pace(plan.budget, pause, 1.5 * plan.longest))
        self._seen: Sequence[Seen] = ()
        self._exposure: Exposure | None = None
        self._information: list[Evidence] = []
        self._complete = True
        self._scene = self._first_scene(folder)

    def _first_scene(self, folder: Path) -> Scene:
        plan, identity = self._plan, self._plan.identity
        made = self_made("stranger", folder / "stranger")
        return Scene(
            name=plan.address.text,
            doors=(Door(plan.address.host, plan.address.ports[0]),),
            ae_title=(identity.called_ae or next(iter(plan.titles), ANY)).strip(),
            peers=identity.peers,
            stranger=Peer(STRANGER, certificate=made.certificate, key=made.key),
            bad_certificates=plan.bad_certificates,
            trust=identity.ca,
            server_name=identity.server_name or plan.address.name,
            callback_port=plan.callback_port,
            handshake_deadline=HANDSHAKE_DEADLINE,
            own=False,
            may_write=plan.may_write,
            stranger_asks=not identity.peers,
            more_titles=plan.titles,
            manners=self._manners,
            chapter=plan.transcript.about("before the questions"),
        )

    def make(self) -> Verified:
        """Every step in turn."""
        for step in (self._find_doors, self._measure, self._acquaint, self._look_at_tls):
            self._try(step)
        outcome = self._ask()
        report = assemble(
            self._scene,
            outcome,
            self._exposure,
            closed_by=self._plan.closed_by,
            information=[*self._consent(), *self._information, *self._to_remove()],
        )
        return Verified(report, self._complete)

    def _try(self, step: Callable[[], None]) -> None:
        if not self._complete:
            return
        try:
            step()
        except KeyboardInterrupt:
            self._stop()
        except BudgetSpentError as error:
            self._information.append(Evidence(Layer.LAB, str(error), "budget"))

    def _stop(self) -> None:
        self._complete = False
        text = "stopped by the user: this report is partial"
        self._information.append(Evidence(Layer.LAB, text, "partial"))

    def _find_doors(self) -> None:
        self._told("looking for doors")
        address = self._plan.address
        self._seen = look(address.host, address.ports, self._manners)
        with_certificate = any(peer.certificate for peer in self._scene.peers.values())
        doors = doors_of(self._seen, tls_first=with_certificate)
        self._scene = replace(self._scene, doors=doors or self._scene.doors)
        self._information += [Evidence(Layer.TCP, seen.words, "door") for seen in self._seen]
        said = next((seen.implementation for seen in self._seen if any(seen.implementation)), None)
        self._add(fingerprint(said) if said else None)

    def _add(self, seen: Evidence | None) -> None:
        if seen is not None:
            self._information.append(seen)

    @property
    def _has_door(self) -> bool:
        return any(seen.is_door for seen in self._seen)

    def _measure(self) -> None:
        if not self._has_door:
            self._exposure = _unopened(self._seen)
            return
        self._told("what a stranger obtains")
        self._exposure, tasted = taste(self._scene, self._plan.at_most)
        self._scene = replace(self._scene, wanted=tasted.wanted, bare_doors=tasted.bare_doors)

    def _acquaint(self) -> None:
        if not self._has_door:
            return
        self._told("getting to know it")
        if self._scene.peers:
            self._scene = acquaint(self._scene)
        elif self._plan.identity.called_ae is None:
            self._scene = find_title(self._scene)

    def _look_at_tls(self) -> None:
        doors = [door for door in self._scene.doors if door.tls]
        if doors and self._has_door:
            self._told("its TLS")
            self._information += tls_profile.look(self._scene.as_stranger().but(door=doors[0]))

    def _ask(self) -> Outcome:
        probes = self._plan.probes
        if self._scene.stranger_asks:
            probes = [replace(probe, holds=STRANGER_HOLDS) for probe in probes]
        interview = Interview(self._scene, probes, self._told, self._plan.longest)
        if not self._has_door and self._complete:
            return self._nobody_there(probes)
        interview.stopped = not self._complete
        outcome = interview.hold()
        if interview.stopped and self._complete:
            self._stop()
        return outcome

    def _nobody_there(self, probes: Sequence[Probe]) -> Outcome:
        evidence = [seen for one in self._seen for seen in one.evidence]
        answered = unknown(Untold.NOT_REACHED, evidence, "no door of an archive was found")
        titles = ", ".join(peer.ae_title for peer in self._scene.peers.values())
        friend = PositiveControl(titles, (), ok=False, reached=False) if titles else None
        asked = [Asked(probe, answered, 0) for probe in probes]
        return Outcome(now(), friend, judge_all(asked, friend, own=False), 0.0)

    def _consent(self) -> list[Evidence]:
        if not self._plan.authorised:
            return []
        said = printable(self._plan.authorised, 400)
        return [Evidence(Layer.LAB, f'asked on this authority: "{said}"', "authority")]

    def _to_remove(self) -> list[Evidence]:
        """Marked instances that the archive may hold now."""
        if not self._plan.may_write:
            return []
        return [
            Evidence(
                Layer.LAB, f"to be removed by the archive's owner: SOP instance {uid}", "marked"
            )
            for uid in self._scene.marked.uids
        ]


def _unopened(seen: Sequence[Seen]) -> Exposure:
    """What was reached where no door was found."""
    best = max(seen, key=lambda one: one.reached, default=None)
    level = LEVEL_OF[best.reached if best else Reached.NOTHING]
    return Exposure(
        level=level,
        writable=None,
        patients_obtained=None,
        images_obtained=None,
        patients_planted=None,
        images_planted=None,
        images_identical=None,
        at_least=False,
        size=0,
        seconds=0.0,
        evidence=best.evidence if best else (),
    )
