"""The called AE title, tried from a list of defaults.

Why it matters: where the called AE title is checked it is often used as if it were a password,
and left as delivered. Researchers of 2023 read titles out of vendors' conformance statements;
scanners bring lists of them. A default title opens such an archive at the first try.

What it does: as an authorised peer in everything but the called AE title, tries the default
titles of known products one after the other until one is served a C-ECHO.

What it cannot tell: whether a longer list would have found the title; a title is no secret
whichever it is, and only a certificate proves who calls.

How to close it:

- here: `called_ae` and `calling_ae` with titles of your own; certificates, because a title is no
  secret.
- Orthanc: `DicomAet` other than ORTHANC, `DicomCheckCalledAet` true, and TLS with client
  certificates.
- DCMTK: titles of your own in `AETable` and `HostTable`, stunnel4 with client certificates before
  it.
- dcm4chee: rename the AE DCM4CHEE, list `dcmAcceptedCallingAETitle`, set `dcmTLSNeedClientAuth`.
"""

from lab.asking import by, is_served, need_peer, showed
from lab.evidence import Cause
from lab.probe import Answer, Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.wire import Reached

DEFAULT_TITLES = (
    "ANY-SCP",
    "STORESCP",
    "STORESCU",
    "ECHOSCU",
    "FINDSCU",
    "MOVESCU",
    "GETSCU",
    "DCMQRSCP",
    "QRSCP",
    "PYNETDICOM",
    "ORTHANC",
    "DCM4CHEE",
    "CONQUESTSRV1",
    "HOROS",
    "OSIRIX",
    "CLEARCANVAS",
    "WEASIS_AE",
    "RADIANT",
    "MICRODICOM",
    "XNAT",
    "DICOOGLE-STORAGE",
    "PACSONE",
    "SANTEPACS",
    "PACS",
    "ARCHIVE",
    "SERVER",
    "AE_TITLE",
    "DEFAULT",
    "TEST",
    "LOCAL_AE",
)


@probe(
    asks="Does a default AE title, called as the archive's, open it?",
    holds=("client certificate", "calling AE title"),
    lacks=("called AE title",),
    severity=Severity.MEDIUM,
    standard=("PS3.8 9.3.4 (1,1,7)",),
    fix="Give the archive a title of its own, and do not rely on titles alone.",
    alone=True,  # whoever guesses may have to wait afterwards, whatever it is asked for
    causes=(Cause.CALLED_AE_TITLE,),
)
def guess_ae_titles(scene: Scene) -> Answered:
    """Try the list until a title is served; a title that was not answered leaves a doubt."""
    target = scene.target(need_peer(scene))
    last: Answered = unknown(Untold.NOT_TESTED)
    unanswered = 0
    titles = dict.fromkeys((*scene.more_titles, *DEFAULT_TITLES))
    for tried, title in enumerate(titles, start=1):
        with target.but(called_ae_title=title).converse() as talk:
            last = is_served(talk)
        if last.answer is Answer.YES:
            return yes([*last.evidence, showed(f"title {tried} of the list, {title}, was served")])
        unanswered += by(talk).answer is Answer.UNKNOWN
        if talk.reached < Reached.DICOM:
            break  # nobody there, or refused before any title could be said: enough knocked
    if unanswered:
        return unknown(Untold.NOT_REACHED, last.evidence, f"{unanswered} attempts got no answer")
    return no([*last.evidence, showed(f"none of {tried} titles was served")])
