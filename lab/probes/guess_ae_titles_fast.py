"""Guessing without a pause.

Why it matters: an AE title has sixteen characters and mostly is a word. An archive that rejects a
thousand wrong ones in a minute, as fast as the thousand-and-first, has in effect none; scanners
bring the lists.

What it does: as an authorised peer in everything but the called AE title, calls more made-up titles
at once than the tight budget of refusals allows, and looks at the last answer. Yes if that guess
was answered as the first was, or served; no if the archive makes us wait (rejected-transient) or
hangs up.

What it cannot tell: how long one would have to wait; and a guesser with many addresses is many
guessers where no certificate is asked for.
"""

import secrets

from lab import closing
from lab.asking import is_served, need_peer, showed
from lab.probe import Answer, Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.wire import Reached

FOR_GOOD = "rj 1/"
"""What the code of a rejection for good begins with (PS3.8 9.3.4, rejected-permanent)."""


@probe(
    asks="May AE titles be guessed as fast as one likes?",
    holds=("client certificate", "calling AE title"),
    lacks=("called AE title",),
    severity=Severity.MEDIUM,
    standard=("PS3.8 9.3.4 (2,3,2)",),
    fix="Let whoever is refused often wait; count per certificate, not per address.",
    closing=closing.TITLES,
    alone=True,
)
def guess_ae_titles_fast(scene: Scene) -> Answered:
    """Guess once more than is free."""
    target = scene.target(need_peer(scene))
    guesses = scene.refusals + 1
    last: Answered = unknown(Untold.NOT_TESTED)
    for _ in range(guesses):
        made_up = f"NO{secrets.token_hex(5).upper()}"
        with target.but(called_ae_title=made_up).converse() as talk:
            last = is_served(talk)
        if last.answer is not Answer.NO or talk.reached < Reached.DICOM:
            return last  # or refused before any title could be said
    told = showed(f"guess {guesses} in a row was answered")
    for_good = any(seen.code.startswith(FOR_GOOD) for seen in last.evidence)
    return (yes if for_good else no)([*last.evidence, told])
