import pytest

from lab.engines.ports import free_port
from lab.friend import greet
from lab.verdict import ExitCode, Verdict
from lab.verify.address import Address
from lab.verify.one import Plan, verify


def verdicts(verified):
    return {entry.id: entry.verdict for entry in verified.report.probes}


@pytest.fixture
def fresh(hardened_with, all_controls):
    """A hardened archive that nobody has asked yet: refused guesses of others make us wait."""
    scene = hardened_with("fresh", all_controls)
    friend, _ = greet(scene)
    assert friend.ok
    return scene


def test_an_open_archive_fails_as_a_stranger_meets_it(planted, plan_for):
    verified = verify(plan_for(planted, friends=False))
    found = verdicts(verified)

    assert verified.report.exposure.text == "L6"
    assert verified.report.positive_control is None
    for leak in ("list_patients", "retrieve_images", "unknown_called_ae", "plaintext_on_tls_port"):
        assert found[leak] is Verdict.FAIL
    assert found["store_by_stranger"] is Verdict.NOT_TESTED
    assert found["association_flood"] is Verdict.NOT_TESTED
    assert verified.exit_code is ExitCode.SOME_FAIL
    assert "Muster" not in verified.report.to_json()


def test_a_hardened_archive_passes_beside_its_friends(fresh, plan_for):
    verified = verify(plan_for(fresh))
    found = verdicts(verified)

    assert verified.report.positive_control.ok
    assert not [name for name, verdict in found.items() if verdict is Verdict.INCONCLUSIVE]
    assert found["list_patients"] is Verdict.PASS
    assert found["move_outside_table"] is Verdict.PASS
    assert verified.report.exposure.text == "L1"
    assert any("satisfies B.12" in seen.text for seen in verified.report.information)


def test_a_stranger_passes_only_where_the_wire_names_the_cause(right, plan_for):
    verified = verify(plan_for(right, friends=False))
    found = verdicts(verified)

    assert found["list_patients"] is Verdict.PASS
    assert found["no_client_certificate"] is Verdict.PASS
    assert found["unknown_called_ae"] is Verdict.INCONCLUSIVE
    assert Verdict.FAIL not in found.values()
    assert verified.exit_code is ExitCode.INCONCLUSIVE


def test_a_closed_port_is_never_secure(plan_for):
    port = free_port()
    verified = verify(Plan(Address("127.0.0.1", "127.0.0.1", (port,))))

    assert verified.report.exposure.text == "L0"
    assert set(verdicts(verified).values()) == {Verdict.INCONCLUSIVE}
    assert verified.exit_code is ExitCode.INCONCLUSIVE


def test_writing_needs_a_switch_and_leaves_a_list(planted, plan_for):
    verified = verify(plan_for(planted, friends=False, may_write=True))

    assert verified.report.exposure.text == "L6+W"
    assert verdicts(verified)["store_by_stranger"] is Verdict.FAIL
    assert [seen for seen in verified.report.information if seen.code == "marked"]


def test_a_spent_budget_ends_the_asking_and_nothing_else(planted, plan_for):
    verified = verify(plan_for(planted, friends=False, budget=10))

    assert any("budget" in entry.why for entry in verified.report.probes)


@pytest.mark.parametrize("step", ["looking for doors", "what a stranger obtains", "list_patients"])
def test_stopping_leaves_a_partial_report(planted, plan_for, step):
    def stop(words):
        if words == step:
            raise KeyboardInterrupt

    verified = verify(plan_for(planted, friends=False), stop)

    assert not verified.complete
    assert any(seen.code == "partial" for seen in verified.report.information)
    assert verified.exit_code is not ExitCode.ALL_PASS


def test_on_whose_authority_is_in_the_report(planted, plan_for):
    verified = verify(plan_for(planted, friends=False, authorised="E. Muster\x1b[31m", probes=()))

    assert 'on this authority: "E. Muster\\x1b[31m"' in verified.report.information[0].text
