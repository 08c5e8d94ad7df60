"""A lab that stands for as long as one wants: raised and filled, shown, reset, taken down."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from lab.conversation import SUCCESS
from lab.crew import Crew, Load
from lab.engines import Engine, EngineError, Which, claim, known
from lab.engines.places import lab_folder
from lab.engines.record import DEVICES, Archive, Lab
from lab.engines.settings import RIGHTS
from lab.peers.modality import Sent
from lab.progress import Progress
from lab.scenes import visitor
from sample_images.manifest import NAME as MANIFEST
from sample_images.manifest import Manifest
from sample_images.size import Size

VISITOR = DEVICES["visitor"]
WORDS: Mapping[Which, str] = {"open": "leaks on purpose", "secure": "TLS on both sides"}
NOT_RUNNING = "not running; `pacslab reset` starts it again"

Running = Mapping[Which, bool]
"""Whether each archive runs."""


class NoLabError(EngineError):
    """No lab is running."""

    def __init__(self) -> None:
        super().__init__("no lab is running; `pacslab up` starts one")


def find() -> Lab:
    """The running lab, whatever its engine.

    Raises:
        NoLabError: there is none; what a dead one left behind is removed.
        EngineError: what lies in its place is not ours.
    """
    lab = claim.look(lab_folder())
    if lab is None:
        raise NoLabError
    if not known.is_alive(lab):
        known.down(lab)
        raise NoLabError
    return lab


def addresses() -> frozenset[str]:
    """Addresses of the containers of this user's lab; where there is a doubt, none."""
    try:
        lab = claim.look(lab_folder())
        return frozenset() if lab is None else known.addresses(lab)
    except EngineError:
        return frozenset()


def raise_lab(
    engine: Engine,
    progress: Progress,
    *,
    time_to_live: timedelta,
    patients: int,
    seed: int,
    size: Size,
) -> Lab:
    """Start both archives, fill them through the modality, and leave a mark for ``reset``.

    Raises:
        EngineError: a lab runs already, an archive does not start or does not serve its friends.
    """
    with progress.task("starting both archives"):
        lab = engine.up(lab_folder(), time_to_live=time_to_live)
    try:
        _fill(engine.crew(lab), lab, progress, Load(patients, seed, size))
        for which in WORDS:
            _greet(lab, which)
        engine.mark(lab)
    except BaseException:  # also Ctrl-C: half a lab is none
        engine.down(lab)
        raise
    return lab


def _fill(crew: Crew, lab: Lab, progress: Progress, load: Load) -> None:
    """Send everything to both; of the images, only the answer key stays outside the archives."""
    filled = crew.fill(load, progress)
    for which, sent in filled.sent.items():
        if load.patients and not sent.ok:
            raise EngineError(f"pacs-{which} did not take the modality's images: {_why(sent)}")
    legacy = filled.by_legacy
    if legacy is not None and not legacy.ok:
        raise EngineError(f"pacs-secure did not take the legacy modality's images: {_why(legacy)}")
    filled.answer_key.save(lab.folder / MANIFEST)


def _why(sent: Sent) -> str:
    return sent.evidence[-1].text if sent.evidence else "no answer"


def _greet(lab: Lab, which: Which) -> None:
    """An archive is up once it answers a friend's C-ECHO."""
    with visitor(lab, which).converse() as talk:
        if talk.echo() != SUCCESS:
            why = talk.evidence[-1].text if talk.evidence else "no answer"
            raise EngineError(f"pacs-{which} does not answer C-ECHO: {why}")


def which_run(lab: Lab) -> Running:
    """Whether each archive of the lab runs."""
    engine = known.engine_of(lab)
    return {"open": engine.runs(lab, "open"), "secure": engine.runs(lab, "secure")}


def as_json(lab: Lab, running: Running) -> str:
    """What ``pacslab status --json`` prints: the visitor's key is the only one it names."""
    visitor = lab.identity("visitor", VISITOR)
    secure: dict[str, Any] = {**_where(lab.secure), "running": running["secure"]}
    secure["ca"] = str(visitor.trust)
    secure["peers"] = {
        "visitor": {
            "ae_title": VISITOR,
            "certificate": str(visitor.certificate),
            "key": str(visitor.key),
            "may": list(RIGHTS[VISITOR]),
        }
    }
    shown = {
        "engine": lab.engine,
        "since": lab.since.isoformat(timespec="seconds"),
        "until": lab.until.isoformat(timespec="seconds"),
        "open": {**_where(lab.open), "running": running["open"]},
        "secure": secure,
    }
    notes = known.engine_of(lab).notes(lab)
    return json.dumps({**shown, "notes": list(notes)} if notes else shown, indent=2)


def _where(archive: Archive | None) -> dict[str, Any]:
    if archive is None:
        raise NoLabError
    return {"host": archive.host, "port": archive.port, "ae_title": archive.ae_title}


def describe(lab: Lab, running: Running) -> Sequence[str]:
    """Where everything is, until when, and what to try: lines for people."""
    lines = []
    for which, words in WORDS.items():
        where = _where(getattr(lab, which))
        said = words if running[which] else NOT_RUNNING
        lines.append(f"{where['ae_title']:<12} {where['host']}:{where['port']:<6} {said}")
    lines += known.engine_of(lab).notes(lab)
    lines += [
        f"engine {lab.engine}, until {lab.until.astimezone():%Y-%m-%d %H:%M %Z}",
        "",
        "# to try by hand with DCMTK (Debian package dcmtk):",
    ]
    for words, command in commands(lab):
        lines += [f"# {words}", command]
    return lines


def commands(lab: Lab) -> Sequence[tuple[str, str]]:
    """Ready-made DCMTK commands, each with what it shows; they work as they stand."""
    if lab.open is None or lab.secure is None:
        raise NoLabError
    visitor = lab.identity("visitor", VISITOR)
    tls = ["+tls", str(visitor.key), str(visitor.certificate), "+cf", str(visitor.trust)]
    every = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName", "-k", "PatientBirthDate"]
    as_visitor = ["-aet", VISITOR, "-aec", lab.secure.ae_title]
    return (
        ("anybody is answered by the open archive", _command("echoscu", lab.open)),
        ("anybody lists its patients", _command("findscu", lab.open, *every)),
        *_taking(lab, lab.open),
        ("nobody is answered by the hardened one", _command("echoscu", lab.secure)),
        ("but the visitor is", _command("echoscu", lab.secure, *tls, *as_visitor)),
        ("and may list patients", _command("findscu", lab.secure, *tls, *as_visitor, *every)),
    )


def _taking(lab: Lab, archive: Archive) -> Sequence[tuple[str, str]]:
    """C-GET of the smallest study; none where nothing is in the archive.

    Of the open archive alone: DCMTK's getscu cannot do TLS. C-MOVE is no command for this machine
    where the archives are in containers: they can call nobody here.
    """
    planted = Manifest.load(lab.folder / MANIFEST) if (lab.folder / MANIFEST).exists() else None
    studies = (
        [study for patient in planted.patients for study in patient.studies] if planted else []
    )
    if not studies:
        return ()
    least = min(studies, key=lambda study: sum(len(one.instances) for one in study.series))
    uid = f"StudyInstanceUID={least.study_instance_uid}"
    command = _command("getscu", archive, "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", uid)
    return (("and gets the images of a study (into this folder)", command),)


def _command(program: str, archive: Archive, *options: str) -> str:
    return shlex.join([_callable(program), "-v", *options, archive.host, str(archive.port)])


def _callable(program: str) -> str:
    """The name, or the full path where pynetdicom's program of the same name comes first."""
    own = Path(sys.executable).parent
    found = shutil.which(program)
    if found is None or Path(found).parent != own:
        return program
    others = [part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part) != own]
    return shutil.which(program, path=os.pathsep.join(others)) or program
