"""Two names, found one after the other.

Why it matters: an association needs two AE titles. Where the rejection says which of them was
wrong, (1,1,7) for the called and (1,1,3) for the calling one, each can be guessed by itself: a
thousand tries and a thousand, not a million.

What it does: with a valid client certificate, asks once with a made-up called AE title and once
with a made-up calling one, and compares the two answers. Yes if they differ, or if one of the two
is served at all: then there is nothing left to guess.

What it cannot tell: whether the time that the answers take differs; and where a control before it
lets nobody in without a certificate, guessing needs one.
"""

import secrets

from lab import closing
from lab.asking import is_served, need_peer, showed
from lab.conversation import Conversation
from lab.evidence import Layer
from lab.probe import Answer, Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.target import Target

HELD = "rj 2/"
"""What the code of a rejection that will pass begins with (PS3.8 9.3.4, rejected-transient)."""


@probe(
    asks="Does the archive's answer tell which of the two AE titles was wrong?",
    holds=("client certificate", "one AE title of the two"),
    lacks=("the other AE title",),
    severity=Severity.LOW,
    standard=("PS3.8 9.3.4 (1,1,3)", "PS3.8 9.3.4 (1,1,7)"),
    fix="Answer a wrong title without saying which, (1,1,1), and make guessing cost time.",
    closing=closing.TITLES,
)
def ae_title_oracle(scene: Scene) -> Answered:
    """Be wrong in one title, then in the other."""
    target = scene.target(need_peer(scene))
    made_up = f"NO{secrets.token_hex(5).upper()}"
    seen = []
    for wrong in (target.but(called_ae_title=made_up), target.but(calling_ae_title=made_up)):
        answered, code = _ask(wrong)
        if answered.answer is Answer.UNKNOWN:
            return answered
        if code.startswith(HELD):
            return unknown(Untold.UNCLEAR, answered.evidence, "we were told to wait")
        seen.append((answered, code))
    evidence = [*seen[0][0].evidence, *seen[1][0].evidence]
    codes = [code for _, code in seen]
    if codes[0] == codes[1] and Answer.YES not in {answered.answer for answered, _ in seen}:
        return no([*evidence, showed(f"both answers are the same: {codes[0]}")])
    return yes([*evidence, showed(f"the answers: {codes[0]} and {codes[1]}")])


def _ask(target: Target) -> tuple[Answered, str]:
    """The answer, and the short form of the rejection or status that made it."""
    with target.converse() as talk:
        answered = is_served(talk)
    return answered, _code(talk)


def _code(talk: Conversation) -> str:
    said = [seen.code for seen in talk.evidence if seen.layer is not Layer.TLS]
    return said[-1] if said else "nothing"
