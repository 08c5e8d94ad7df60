"""Other people's patients, listed.

Why it matters: the leaks of 2019 were universal queries, and so is the one of a curious colleague:
who may query one clinic's CT need not see the whole hospital. Rights by service ("may query") do
not tell patients apart.

What it does: stores a marked MR image as a peer that may store; then, as a reader that is entitled
to CT only, with every credential of its own, queries for that very study by C-FIND. Yes if it is
found.

What it cannot tell: by which attributes the archive limits a scope, or whether a universal query
leaks what a query for one study does not.
"""

from lab import closing
from lab.asking import by, one_study, showed
from lab.attempts import hide
from lab.conversation import SUCCESS
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene
from lab.sop_classes import STUDY_ROOT_FIND


@probe(
    asks="Does a peer find a study that is not its to see?",
    holds=("client certificate", "both AE titles", "the right to C-FIND"),
    lacks=("an entitlement to this study",),
    severity=Severity.HIGH,
    standard=("PS3.4 C.4.1", "PS3.7 C.5.1 (0124H)"),
    fix="Limit what each peer sees to its patients, studies or modalities.",
    closing=closing.SCOPE,
    writes=True,
)
def find_beyond_scope(scene: Scene) -> Answered:
    """Ask for the hidden study."""
    reader, hidden = hide(scene)
    with scene.target(reader).converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, one_study(hidden.study_instance_uid))
    if any(match.get("PatientID") == hidden.patient_id for match in matches):
        return yes([*talk.evidence, showed("the study was found")])
    if status == SUCCESS:
        return no([*talk.evidence, showed("the study was not found")])
    return by(talk)
