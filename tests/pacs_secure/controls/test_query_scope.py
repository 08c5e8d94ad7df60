import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Dimse, Level, Model, Query, Restriction
from pacs_secure.controls.query_scope import QueryScope

SCOPES = QueryScope(
    limit=10,
    everything=["WORKSTATION"],
    modalities={"MAMMO": ["MG"], "BOTH": ["MG", "DX"], "NONE": []},
    patients={"TEACHING": ["P1"], "BOTH": ["P1"], "WORKSTATION": ["P9"]},
    studies={"SECOND-OPINION": ["2.25.1"]},
)


@pytest.fixture
def make_query(make_operation):
    def make(calling="WORKSTATION", service=Dimse.FIND, **more):
        return Query(
            make_operation(service, calling),
            Model.STUDY_ROOT,
            Level.STUDY,
            {"PatientID": ""},
            **more,
        )

    return make


def restrictions(query):
    return {one.keyword: set(one.values) for one in query.restrictions}


@pytest.mark.parametrize("service", [Dimse.FIND, Dimse.GET, Dimse.MOVE])
@pytest.mark.parametrize(
    ("calling", "laid"),
    [
        ("MAMMO", {"Modality": {"MG"}}),
        ("TEACHING", {"PatientID": {"P1"}}),
        ("SECOND-OPINION", {"StudyInstanceUID": {"2.25.1"}}),
        ("BOTH", {"Modality": {"MG", "DX"}, "PatientID": {"P1"}}),
        ("NONE", {"Modality": set()}),  # an empty list is nothing, not everything
        ("WORKSTATION", {"PatientID": {"P9"}}),  # a narrower table wins
    ],
)
def test_find_get_and_move_are_narrowed_alike(calling, laid, service, make_query):
    narrowed = SCOPES.narrow(make_query(calling, service))

    assert restrictions(narrowed) == laid
    assert narrowed.keys == {"PatientID": ""}


def test_a_title_that_sees_everything_is_not_narrowed(make_query):
    assert QueryScope(everything=["WORKSTATION"]).narrow(make_query()).restrictions == ()


@pytest.mark.parametrize(
    "calling", ["STRANGER", "mammo", "MAMM", "MAMMO2", "WORKSTATION\\MAMMO", ""]
)
@pytest.mark.parametrize("service", [Dimse.FIND, Dimse.GET, Dimse.MOVE])
def test_a_title_in_no_table_sees_nothing(calling, service, make_query):
    with pytest.raises(DimseRefused) as refused:
        SCOPES.narrow(make_query(calling, service))
    assert refused.value.status == 0x0124


def test_without_settings_nobody_sees_anything(make_query):
    with pytest.raises(DimseRefused):
        QueryScope().narrow(make_query())


def test_what_was_narrowed_before_stays(make_query):
    earlier = Restriction("PatientID", frozenset({"P2"}))

    narrowed = SCOPES.narrow(make_query("TEACHING", restrictions=(earlier,), limit=3))

    assert narrowed.restrictions == (earlier, Restriction("PatientID", frozenset({"P1"})))
    assert narrowed.limit == 3


@pytest.mark.parametrize(
    ("service", "limit", "left"),
    [
        (Dimse.FIND, None, 10),
        (Dimse.FIND, 500, 10),
        (Dimse.FIND, 5, 5),
        (Dimse.GET, None, None),  # a study has as many images as it has
        (Dimse.MOVE, None, None),
    ],
)
def test_only_lists_are_limited(service, limit, left, make_query):
    assert SCOPES.narrow(make_query("WORKSTATION", service, limit=limit)).limit == left
