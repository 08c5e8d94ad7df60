"""The one idea, column by column: each control stops exactly the probes it says it stops.

Alone, a control stands on what it needs: what it stops is yes there and no with it, its friends
served in both. Taken away from the whole, its probes come back, or another control holds them.
"""

import pytest

from lab.probe import Answer
from lab.probes import PROBES
from lab.run import run
from pacs_secure.config import select
from pacs_secure.controls import CONTROLS

CLAIMING = [control.name for control in CONTROLS if control.stops]
BY_NAME = {control.name: control for control in CONTROLS}


def column(scene):
    """Answers by probe id, from an archive that served its friends before and after."""
    outcome = run(scene)
    friend = outcome.positive_control
    assert friend is not None
    assert friend.ok, friend.evidence
    answers = {finding.probe.id: finding.answered for finding in outcome.findings}
    untold = {name: one.evidence for name, one in answers.items() if one.answer is Answer.UNKNOWN}
    assert not untold
    return {name: one.answer is Answer.YES for name, one in answers.items()}


@pytest.fixture(scope="module")
def bases():
    """Answers of each base, by the controls in it: several controls stand on the same one."""
    return {}


@pytest.mark.parametrize("name", CLAIMING)
def test_alone_a_control_stops_exactly_what_it_says(name, bases, all_controls, hardened_with):
    alone = select(all_controls, only=[name])
    base = tuple(control for control in alone if control.name != name)
    key = tuple(control.name for control in base)
    if key not in bases:
        bases[key] = column(hardened_with("base", base))
    answers = column(hardened_with("alone", alone))

    stopped = {probe for probe, yes in bases[key].items() if yes and not answers[probe]}
    assert stopped == set(BY_NAME[name].stops)


@pytest.mark.parametrize("name", CLAIMING)
def test_taken_away_its_probes_come_back_or_another_control_holds_them(
    name, all_controls, hardened_with
):
    without = select(all_controls, without=[name])
    answers = column(hardened_with("without", without))

    left = {control.name for control in without}
    for probe in BY_NAME[name].stops:
        holding = {other for other in left if probe in BY_NAME[other].stops}
        assert answers[probe] or holding, f"{probe} stays shut, and no control says why"


def test_every_probe_is_stopped_by_a_control_and_every_claim_names_a_probe():
    claimed = {probe for control in CONTROLS for probe in control.stops}

    assert claimed == {probe.id for probe in PROBES if not probe.built_in}
