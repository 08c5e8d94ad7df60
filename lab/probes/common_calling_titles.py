"""The calling AE title, tried from a list.

Why it matters: a list of admitted AE titles is a list of names, not of secrets: devices are called
WORKSTATION, CT1 or after their make, and vendors print the defaults in their conformance
statements. Of the archives counted in 2025, 99.56 % did not even look; where one looks, a short
list opens it.

What it does: as a stranger without anything that was issued to a device, but with the called AE
title, tries common titles of devices one after the other until one is served a C-ECHO. No
certificate but a self-made one is shown.

What it cannot tell: whether a longer list would have found a title; a title is no secret whichever
it is.
"""

from lab import closing
from lab.asking import is_served, showed
from lab.evidence import Cause
from lab.probe import Answer, Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene, local_address
from lab.wire import Reached

COMMON_TITLES = (
    "WORKSTATION",
    "MODALITY",
    "CT1",
    "MR1",
    "US1",
    "STORESCU",
    "FINDSCU",
    "DCM4CHEE",
    "OSIRIX",
    "HOROS",
)
"""As many as a budget of refusals commonly leaves free."""


@probe(
    asks="Does a common name of a device, claimed by a stranger, open the archive?",
    holds=("called AE title", "self-made certificate"),
    lacks=("client certificate of a known CA", "calling AE title"),
    severity=Severity.HIGH,
    standard=("PS3.8 9.3.4 (1,1,3)",),
    fix="Bind each calling AE title to a certificate; names alone keep nobody out.",
    closing=closing.TITLES,
    issued=False,
    causes=(Cause.CALLING_AE_TITLE,),
)
def common_calling_titles(scene: Scene) -> Answered:
    """Claim one common name after the other."""
    target = scene.as_stranger(called=scene.ae_title, local_address=local_address(7))
    last: Answered = unknown(Untold.NOT_TESTED)
    for tried, title in enumerate(COMMON_TITLES, start=1):
        with target.but(calling_ae_title=title).converse() as talk:
            last = is_served(talk)
        if last.answer is Answer.YES:
            return yes([*last.evidence, showed(f"title {tried} of the list, {title}, was served")])
        if last.answer is Answer.UNKNOWN:
            return last  # nobody there: no need to knock again
        if talk.reached < Reached.DICOM:
            break  # refused before any title could be said
    return no([*last.evidence, showed(f"none of {tried} common titles was served")])
