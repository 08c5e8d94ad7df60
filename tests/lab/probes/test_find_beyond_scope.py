from lab.probe import Answer, Untold
from lab.probes.find_beyond_scope import find_beyond_scope as probe
from pacs_secure.config import select


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_who_may_not_query_at_all_is_refused(all_controls, hardened_with):
    rights = {"controls": select(all_controls, only=["permissions"])}
    (permissions,) = (one for one in rights["controls"] if one.name == "permissions")
    less = permissions.model_copy(update={"rights": {**permissions.rights, "READER": frozenset()}})
    answered = probe.ask(hardened_with("less", (less,)))

    assert answered.answer is Answer.NO, answered
    assert "0124H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
