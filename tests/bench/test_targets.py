import pytest

from tests.bench import associations, retrievals, rows, targets
from tests.bench.lean import FailedError
from tests.bench.measuring import Burst
from tests.bench.queries import MILLION, QUESTIONS, STUDIES, column
from tests.bench.results import Column, Results, table
from tests.bench.rows import SERVERS
from tests.bench.stores import CLIENTS, LOADS
from tests.bench.targets import Bound, Target

TARGET = Target("C-STORE", "CT x1", rows.OPEN, rows.ORTHANC, at_least=3, beyond=6)


def kept(**rates):
    results = Results()
    for server, figures in ((rows.OPEN, rates["mine"]), (rows.ORTHANC, rates["its"])):
        for turn, figure in enumerate(figures):
            results.keep(server, "CT x1", turn, lambda figure=figure: burst(figure))
    return results


def burst(rate):
    if isinstance(rate, str):
        raise FailedError(rate)
    return Burst(rate, cpu=1.0, memory=1.0, processes=1, count=1, size=1, latency=0.0)


@pytest.mark.parametrize(
    ("mine", "its", "said"),
    [
        ([700.0], [100.0], ("7.00", "met, and beyond")),
        ([300.0], [100.0], ("3.00", "met")),
        ([150.0], [100.0], ("1.50", "missed by 50%")),
        # the machine was slow in the first turn: the ratio of each turn counts, not the medians
        ([40.0, 400.0, 400.0], [10.0, 100.0, 10.0], ("4.00", "met")),
        (["A700H"], [100.0], ("-", "not measured")),
        ([300.0], [], ("-", "not measured")),
        ([300.0, "A700H"], ["gone", 100.0], ("-", "not measured")),
    ],
    ids=["beyond", "met", "missed", "turn by turn", "failed", "absent", "never in one turn"],
)
def test_a_target_is_judged_by_the_ratios_of_the_same_turns(mine, its, said):
    assert TARGET.judged(kept(mine=mine, its=its)) == said


def test_where_less_is_better_the_target_is_a_ceiling():
    ceiling = Target("CPU", "CT x1", rows.OPEN, rows.ORTHANC, 0.7, 0.5, at_most=True)

    assert ceiling.judged(kept(mine=[60.0], its=[100.0])) == ("0.60", "met")
    assert ceiling.judged(kept(mine=[105.0], its=[100.0])) == ("1.05", "missed by 50%")


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ([70.0], ("70 MB", "met, and beyond")),
        ([100.0], ("100 MB", "missed by 25%")),
        ([], ("-", "not measured")),
    ],
    ids=["met", "missed", "not measured"],
)
def test_a_bound_is_judged_by_the_median(memory, said):
    bound = Bound("memory", "CT x1", rows.OPEN, lambda one: one.rate, 80, 80, "MB")

    assert bound.judged(kept(mine=memory, its=[])) == said


def test_a_failure_is_told_and_is_no_figure():
    results = kept(mine=["C-STORE was answered with A700H"], its=[100.0])

    assert Column("CT x1", "CT x1").cell(results, rows.OPEN) == "failed"
    assert Column("DX x1", "DX x1").cell(results, rows.OPEN) == "-"
    assert results.failures() == ["pacs-open, relaxed, CT x1: C-STORE was answered with A700H"]
    assert table("", results, [rows.OPEN], [Column("CT x1", "CT x1")]).row_count == 1


COLUMNS = {
    *map(str, LOADS),
    *CLIENTS,
    *(column(one.name, size) for one in QUESTIONS for size in (*STUDIES, MILLION)),
    *map(associations.column, associations.CLIENTS),
    *map(retrievals.column, retrievals.MODELS),
}
ALL = (*targets.STORES, *targets.QUERIES, *targets.ASSOCIATIONS, *targets.RETRIEVALS)


@pytest.mark.parametrize(
    "target", ALL, ids=lambda one: f"{one.work}, {one.column}, {one.peer.name}"
)
def test_every_target_names_columns_and_servers_that_are_measured(target):
    assert {target.column, target.peer_column or target.column} <= COLUMNS
    assert {target.mine, target.peer} <= set(SERVERS)
