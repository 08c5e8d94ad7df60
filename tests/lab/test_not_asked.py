from lab.not_asked import NOT_ASKED
from lab.probes import PROBES


def test_each_absence_has_its_reason_and_is_no_probe():
    assert all(len(why) > 20 and not why.endswith(".") for why in NOT_ASKED.values())
    assert not {name.replace(" ", "_") for name in NOT_ASKED} & {probe.id for probe in PROBES}


def test_the_list_of_questions_says_what_is_not_asked(pacslab):
    said = " ".join(pacslab("probes").stdout.split())

    assert "not asked: executable preamble" in said
