from dataclasses import replace

from lab.probe import Answer, Severity, Untold, no, probe, yes
from lab.probes import PROBES
from lab.probes.list_patients import list_patients
from lab.probes.unknown_called_ae import unknown_called_ae
from lab.run import joined, run
from lab.verdict import SECURE_BUT_BROKEN, Verdict

SOME = (list_patients, unknown_called_ae)


def make(body, **more):
    return probe(asks="?", holds=(), lacks=(), severity=Severity.LOW, standard=(), fix="", **more)(
        body
    )


def test_the_open_archive_fails_every_probe(wrong):
    outcome = run(replace(wrong))

    assert [finding.probe for finding in outcome.findings] == list(PROBES)
    for finding in outcome.findings:
        expected = Verdict.PASS if finding.probe.built_in else Verdict.FAIL
        assert finding.judgement.verdict is expected, finding


def test_the_hardened_archive_passes_every_probe_while_its_friends_are_served(right):
    outcome = run(right)

    assert outcome.positive_control.ok, outcome.positive_control.evidence
    assert {f.judgement.verdict for f in outcome.findings} == {Verdict.PASS}, [
        f for f in outcome.findings if f.judgement.verdict is not Verdict.PASS
    ]


def test_an_archive_that_is_down_passes_nothing(down):
    outcome = run(down)

    assert not outcome.positive_control.reached
    verdicts = {f.judgement.verdict for f in outcome.findings}
    assert Verdict.INCONCLUSIVE in verdicts
    assert verdicts <= {Verdict.INCONCLUSIVE, Verdict.NOT_TESTED}


def test_an_archive_that_refuses_its_friends_is_broken(right):
    nobody = replace(
        right, peers={name: replace(p, ae_title="NOBODY") for name, p in right.peers.items()}
    )
    outcome = run(nobody, SOME)

    assert outcome.positive_control.reached
    assert not outcome.positive_control.ok
    assert {f.judgement.why for f in outcome.findings} == {SECURE_BUT_BROKEN}


def test_without_an_identity_only_a_named_cause_passes(right):
    outcome = run(replace(right, peers={}), SOME)
    by_id = {finding.probe.id: finding for finding in outcome.findings}

    assert outcome.positive_control is None
    assert by_id["list_patients"].judgement.verdict is Verdict.PASS  # alert unknown_ca
    assert by_id["unknown_called_ae"].judgement.verdict is Verdict.NOT_TESTED


def test_an_archive_that_falls_over_during_the_probes_was_not_secure(right, down):
    doors = {"door": right.doors}

    def fall_over(scene):
        doors["door"] = down.doors
        return no([])

    class Falling(type(right)):
        @property
        def door(self):
            return doors["door"][0]

    falling = Falling(**{name: getattr(right, name) for name in right.__dataclass_fields__})
    outcome = run(falling, (make(fall_over),))

    assert not outcome.positive_control.ok
    assert outcome.findings[0].judgement.verdict is not Verdict.PASS


def test_progress_is_told_of_each_probe_and_disturbing_ones_come_last(right):
    told = []
    loud = make(lambda scene: yes([]), alone=True)
    quiet = make(lambda scene: no([]))
    object.__setattr__(loud, "id", "loud")
    object.__setattr__(quiet, "id", "quiet")

    run(right, (loud, quiet), lambda done, of, name: told.append((done, of, name)))

    assert told == [(1, 2, "quiet"), (2, 2, "loud")]


def test_a_fault_of_ours_is_inconclusive(right):
    def broken(scene):
        raise ZeroDivisionError

    finding = run(right, (make(broken),)).findings[0]

    assert finding.answered.answer is Answer.UNKNOWN
    assert finding.answered.untold is Untold.FAULT
    assert finding.judgement.verdict is Verdict.INCONCLUSIVE


def test_two_runs_are_one_only_where_the_friends_were_served_both_times(right, down):
    (early, late), nobody = SOME, replace(right, doors=down.doors)
    first, second, silent = run(right, [early]), run(right, [late]), run(nobody, [late])

    whole = joined(second, first)
    assert [one.probe for one in whole.findings] == [
        probe for probe in PROBES if probe in (early, late)
    ]
    assert whole.started == second.started
    assert whole.positive_control.ok
    assert not joined(first, silent).positive_control.ok
    assert not joined(silent, first).positive_control.reached
    assert joined(first, replace(second, positive_control=None)).positive_control is None


def test_each_question_calls_from_its_own_address_in_whichever_run_it_is_put(right):
    called = {}

    def note(probe):
        return replace(
            probe, body=lambda scene: called.update({probe.id: scene.calls_from}) or no([])
        )

    some = PROBES[3:6]
    run(right, [note(probe) for probe in PROBES if probe not in some])
    run(right, [note(probe) for probe in some])
    assert len(set(called.values())) == len(PROBES)
