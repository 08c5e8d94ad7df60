"""Half a word, in the middle of a sentence.

Why it matters: whoever waits for the rest of a PDU without a clock waits for ever: the
association's own timers do not run while a read blocks. A device whose cable is pulled at the wrong
moment does it by accident.

What it does: as an authorised peer, associates, sends the beginning of a P-DATA-TF PDU and stops,
and waits whether the archive ends the association within the tight limit for a PDU.

What it cannot tell: how many such associations the archive stands; one is asked for.
"""

from lab import closing
from lab.asking import by, need_peer, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene

MARGIN = 1.5
"""Seconds beyond the limit that we grant a busy archive."""
HALF_P_DATA = bytes.fromhex("0400 00000100 000000fc 01 03") + bytes(16)
"""A P-DATA-TF that announces 256 bytes and brings some (PS3.8 9.3.5)."""
THE_REST = bytes(6 + 256 - len(HALF_P_DATA))
"""What was missing: whoever still waits for it would not hear that we leave."""


@probe(
    asks="Does an association stand in the middle of a PDU beyond the tight limit?",
    holds=("client certificate", "both AE titles"),
    lacks=("the rest of the PDU",),
    severity=Severity.LOW,
    standard=("PS3.8 9.3.5", "PS3.8 9.3.8"),
    fix="Give each PDU a deadline that counts from its first byte.",
    closing=closing.LIMITS,
    waits=True,
    exhausts=True,
)
def partial_pdu(scene: Scene) -> Answered:
    """Send half a PDU and wait."""
    limit = scene.pdu_deadline + MARGIN
    with scene.target(need_peer(scene)).converse() as talk:
        if not talk.established:
            return by(talk)
        talk.send_raw(HALF_P_DATA)
        if talk.ends_within(limit):
            return no([*talk.evidence, showed(f"the archive ended it within {limit:.1f} s")])
        stood = [*talk.evidence, showed(f"the association still stood after {limit:.1f} s")]
        talk.send_raw(THE_REST)
        return yes(stood)
