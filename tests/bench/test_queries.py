import pytest

from tests.bench import queries, rows
from tests.bench.lean import FailedError
from tests.bench.queries import GROUP, QUESTIONS, ask, filled

PATIENT, WILD_CARD, EVERYTHING = QUESTIONS
STUDIES = GROUP + 5


@pytest.mark.program("Orthanc")
@pytest.mark.parametrize(
    "server", [rows.OPEN, rows.SECURE, rows.ORTHANC, rows.QRSCP], ids=lambda one: one.name
)
def test_what_is_filled_in_is_found_again(server, tmp_path):
    with filled(server, tmp_path / "server", STUDIES) as running:
        for question in QUESTIONS:
            burst = ask(running, question, question.write(tmp_path), STUDIES, seconds=0.1)

            assert burst.count > 0
            assert burst.responses > 0
        with pytest.raises(FailedError, match=f"C-FIND had {STUDIES} matches, not {STUDIES + 1}"):
            ask(running, EVERYTHING, EVERYTHING.write(tmp_path), STUDIES + 1, seconds=0.1)


def test_an_archive_that_took_too_long_to_fill_is_not_asked():
    asked = {
        size: [*queries.worth_asking(queries.SERVERS, size)] for size in (100, 10_000, 100_000)
    }

    assert rows.QRSCP in asked[100]
    assert rows.QRSCP not in asked[10_000]
    assert rows.ORTHANC in asked[10_000]
    assert asked[100_000] == [*queries.OURS]
