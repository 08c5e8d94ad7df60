"""What probes have in common: identifiers, and answers made of what a conversation showed."""

from datetime import UTC, datetime

from pydicom.dataset import Dataset

from lab.conversation import SUCCESS, Conversation
from lab.evidence import Evidence, Layer
from lab.marked import MarkedInstance
from lab.probe import Answer, Answered, NotApplicableError, NotTestedError, Untold, no, unknown, yes
from lab.scene import Credential, Peer, Scene, Wanted
from lab.wire import Reached, Record


def refusal(record: Record) -> Answered:
    """The attempt did not succeed: no if the archive was there to refuse it, else unknown."""
    if record.reached is Reached.NOTHING:
        return unknown(Untold.NOT_REACHED, record.evidence)
    if any(seen.code == "untrusted" for seen in record.evidence):
        return unknown(
            Untold.UNCLEAR, record.evidence, "we did not trust the archive's certificate"
        )
    return no(record.evidence)


def never_served(record: Record, shown: Credential) -> Answered:
    """We were refused in a new session already: no, if we came while the certificate was good."""
    answered = refusal(record)
    if answered.answer is not Answer.NO:
        return answered
    if shown.ends <= datetime.now(UTC):
        said = "the certificate had ended before we were served once, so nothing was taken up again"
        return unknown(Untold.UNCLEAR, record.evidence, said)
    record.note(showed("it served us in no session before, so there was nothing to go on with"))
    return no(record.evidence)


def is_served(talk: Conversation) -> Answered:
    """Yes if a C-ECHO is answered 0000H: an accepted association alone proves nothing."""
    return yes(talk.evidence) if talk.echo() == SUCCESS else by(talk)


def is_served_with(scene: Scene, case: str, *, or_else: Peer | None = None) -> Answered:
    """Whether an authorised peer is served whose certificate is bad in this one way.

    ``or_else`` has a certificate that will do where none of the case is at hand. Where the port
    speaks plaintext it goes on in plaintext, as for every question about certificates.
    """
    speaks_tls(scene)
    target = scene.target(need_peer(scene))
    if scene.door.tls:
        bad = scene.bad_certificates.get(case, or_else)
        if bad is None or bad.certificate is None:
            raise NotTestedError(f"no certificate of the case {case} is at hand")
        target = target.but(certificate=bad.certificate, key=bad.key, lax=True)
    with target.converse() as talk:
        return is_served(talk)


def speaks_tls(scene: Scene) -> None:
    """At a port in plaintext, an archive that is not ours is not asked about kinds of TLS.

    In the lab such a question goes on in plaintext, so that its columns can be compared.
    """
    if not scene.door.tls and not scene.own:
        raise NotApplicableError("this port speaks plaintext, which is weaker than any TLS")


def by(talk: Conversation) -> Answered:
    """A conversation's refusal; see :func:`refusal`."""
    return refusal(talk.record)


WARNINGS = range(0xB000, 0xC000)


def was_stored(status: int | None) -> bool:
    """Whether the archive says that it has the instance: 0000H or Bxxx (PS3.4 B.2.3)."""
    return status == SUCCESS or status in WARNINGS


def showed(text: str) -> Evidence:
    """Evidence of what was, or was not, delivered."""
    return Evidence(Layer.DATA, text)


def need_peer(scene: Scene, *, may: str = "echo", may_not: str | None = None) -> Peer:
    """An authorised peer with one right and without another; the question needs one."""
    peer = scene.find_peer(may=may, may_not=may_not)
    if peer is not None:
        return peer
    if scene.stranger_asks and not scene.peers and may == "echo" and may_not is None:
        return scene.bare_stranger
    without = f" and may not {may_not}" if may_not else ""
    raise NotTestedError(f"no identity of a peer that may {may}{without} is at hand")


def need_wanted(scene: Scene) -> Wanted:
    """An instance that is known to be in the archive."""
    if scene.wanted is None:
        raise NotTestedError("no instance is known to be in the archive")
    return scene.wanted


def may_write(scene: Scene) -> None:
    """Marked instances are stored only in archives that are ours, or where the owner allows it."""
    if not (scene.own or scene.may_write):
        raise NotTestedError("this archive is not the lab's own: nothing is stored in it")


def every_study() -> Dataset:
    """A C-FIND identifier at STUDY level that leaves nothing out (universal matching)."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID"):
        setattr(ds, keyword, "")
    ds.StudyDate = ds.StudyDescription = ds.ModalitiesInStudy = ""
    ds.NumberOfStudyRelatedInstances = None
    return ds


def one_study(study_instance_uid: str) -> Dataset:
    """An identifier of one study."""
    ds = every_study()
    ds.StudyInstanceUID = study_instance_uid
    return ds


def one_instance(wanted: Wanted) -> Dataset:
    """A retrieve identifier of one instance, all unique keys above it given (PS3.4 C.4.2.2.1)."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "IMAGE"
    ds.StudyInstanceUID = wanted.study_instance_uid
    ds.SeriesInstanceUID = wanted.series_instance_uid
    ds.SOPInstanceUID = wanted.sop_instance_uid
    return ds


def wanted_of(marked: MarkedInstance) -> Wanted:
    """A marked instance as something to ask for."""
    return Wanted(
        marked.patient_id,
        marked.study_instance_uid,
        marked.series_instance_uid,
        marked.sop_instance_uid,
    )
