"""A calling AE title in the wrong case.

Why it matters: AE titles are compared letter by letter (PS3.5 6.2: only spaces around them mean
nothing). A product that ignores case, as Orthanc does as delivered, takes more names than were
written down, and whoever compares them later, in an audit or in a rule of the firewall, compares
others.

What it does: associates as an authorised peer, with every credential of its own, but with the
calling AE title in lower case, and asks for a C-ECHO.

What it cannot tell: whether the title has letters at all; one of digits alone has no case, and the
question is then not asked.
"""

from lab import closing
from lab.asking import is_served, need_peer
from lab.probe import Answered, NotTestedError, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that writes the calling AE title in lower case?",
    holds=("client certificate", "called AE title"),
    lacks=("the calling AE title as it was entered",),
    severity=Severity.LOW,
    standard=("PS3.5 6.2 (AE)", "PS3.8 9.3.2", "PS3.8 9.3.4 (1,1,3)"),
    fix="Compare AE titles letter by letter.",
    closing=closing.TITLES,
)
def calling_title_case(scene: Scene) -> Answered:
    """Write the title in lower case."""
    target = scene.target(need_peer(scene))
    title = target.calling_ae_title
    if title.lower() == title:
        raise NotTestedError(f"the title {title} has no capital letter")
    with target.but(calling_ae_title=title.lower()).converse() as talk:
        return is_served(talk)
