import re
from dataclasses import replace

import pytest

from pacs_open.errors import ArchiveError
from pacs_open.index import search
from pacs_open.index.search import matching_rows
from pacs_open.refusals import DimseRefused
from pacs_open.values import Level, Restriction

SCANNED = re.compile(r"SCAN (?!.*USING)|Seq Scan")


@pytest.fixture
def clinic(archive, shelf):
    """Three patients, four studies, five instances."""
    shelf.store(
        archive,
        shelf.data_set(1, AccessionNumber="A1", StudyTime="1030", OtherPatientIDs=["X1", "Y1"]),
        shelf.data_set(2, SeriesInstanceUID="2.25.2001", Modality="SR", AccessionNumber="A1"),
        shelf.data_set(3, StudyInstanceUID="2.25.1001", SeriesInstanceUID="2.25.2002",
                       StudyDate="20200101", Modality="MR", ReferringPhysicianName="Weiß^Eva"),
        shelf.data_set(4, PatientID="P2", PatientName="Yamada^Tarou=山田^太郎",
                       StudyInstanceUID="2.25.1002", SeriesInstanceUID="2.25.2003"),
        shelf.data_set(5, PatientID="P_%", PatientName="Mueller^Jo", StudyDate="",
                       StudyInstanceUID="2.25.1003", SeriesInstanceUID="2.25.2004"),
    )  # fmt: skip
    return archive


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "12345"),
        ({"PatientID": "P1"}, "123"),
        ({"PatientID": "P?"}, "1234"),
        ({"PatientID": "P_%"}, "5"),
        ({"PatientID": "p1"}, ""),
        ({"PatientName": "muller*"}, "123"),
        ({"PatientName": "MÜLLER^ÄNNE"}, "123"),
        ({"PatientName": "山田*"}, "4"),
        ({"PatientName": "*jo"}, "5"),
        ({"PatientName": "yamada*\\mueller*"}, "45"),
        ({"PatientName": "Yamada*=山田*"}, "4"),
        ({"ReferringPhysicianName": "WEISS*"}, "3"),
        ({"OtherPatientIDs": "Y1"}, "123"),
        ({"OtherPatientIDs": "X1\\Z"}, "123"),
        ({"StudyDate": "20190101-20191231"}, "124"),
        ({"StudyDate": "-20200101"}, "1234"),
        ({"StudyDate": "20190918-"}, "3"),
        ({"StudyTime": "10-11"}, "12"),
        ({"Modality": "CT\\MR"}, "1345"),
        ({"Modality": "?R"}, "23"),
        ({"ModalitiesInStudy": "SR"}, "2"),
        ({"SOPInstanceUID": "2.25.1\\2.25.5\\2.25.9"}, "15"),
        ({"StudyInstanceUID": "2.25.*"}, ""),
        ({"PatientID": "P1", "Modality": "SR"}, "2"),
        ({"InstanceNumber": "04"}, "4"),
        ({"ImplementationVersionName": "X", "NotAKeyword": "y"}, "12345"),
    ],
)
def test_instances_are_found_by_keys_of_every_level(clinic, shelf, keys, expected):
    assert shelf.uids(clinic, **keys) == set(expected)


@pytest.mark.parametrize(
    ("level", "keys", "expected"),
    [
        ("PATIENT", {}, ["P1", "P2", "P_%"]),
        ("PATIENT", {"Modality": "SR"}, ["P1"]),
        ("PATIENT", {"SOPInstanceUID": "2.25.4"}, ["P2"]),
        ("PATIENT", {"StudyDate": "20200101", "Modality": "CT"}, []),
        ("STUDY", {"ModalitiesInStudy": "SR"}, ["P1"]),
        ("STUDY", {"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1.2"}, ["P1", "P1", "P2", "P_%"]),
        ("STUDY", {"PatientName": "m*"}, ["P1", "P1", "P_%"]),
        ("STUDY", {"SOPInstanceUID": "2.25.4", "Modality": "CT"}, ["P2"]),
        ("STUDY", {"SOPInstanceUID": "2.25.4", "Modality": "SR"}, []),
        ("SERIES", {"PatientID": "P1"}, ["P1", "P1", "P1"]),
    ],
)
def test_keys_of_levels_below_ask_for_something_that_has_them(clinic, shelf, level, keys, expected):
    """Relational queries (PS3.4 C.4.1.2.2.2)."""
    assert [row["PatientID"] for row in shelf.find(clinic, level, **keys)] == expected


@pytest.mark.filterwarnings("ignore:The (value|PN component) length")
@pytest.mark.parametrize("text", ["".join(f"{n:04x}" for n in range(2500)), "é" * 5000])
def test_a_value_longer_than_its_vr_is_stored_found_and_told_from_others(archive, shelf, text):
    """No database may refuse what a peer sends, nor take two for one."""
    names = {
        "PatientID": text,
        "AccessionNumber": text,
        "PatientName": text,
        "OtherPatientIDs": text,
    }
    shelf.store(archive, shelf.data_set(1, **names))
    shelf.store(archive, shelf.data_set(2, **dict.fromkeys(names, text + "x"),
                                        StudyInstanceUID="2.25.7", SeriesInstanceUID="2.25.8"))  # fmt: skip

    for keyword in names:
        assert shelf.uids(archive, **{keyword: text}) == {"1"}, keyword
        assert shelf.uids(archive, **{keyword: text[:20] + "*"}) == {"1", "2"}, keyword
    restriction = Restriction("PatientID", frozenset({text}))
    assert len(archive.locate(shelf.query(restrictions=(restriction,)))) == 1


@pytest.mark.parametrize(
    "key", ["P\x001", "\x00", "\ufffe", "\x1b%", "%", "_1", "'", '"', "\U0010ffff*"]
)
def test_any_key_is_answered(clinic, shelf, key):
    for keyword in ("PatientID", "PatientName", "StudyDate", "StudyInstanceUID", "Modality"):
        assert shelf.uids(clinic, **{keyword: key}) <= set("12345")


def test_a_row_has_all_of_its_level_and_above(clinic, shelf):
    (row,) = shelf.find(clinic, "SERIES", SeriesInstanceUID="2.25.2001")

    assert row["PatientName"] == "Müller^Änne"
    assert row["ModalitiesInStudy"] == "CT\\SR"
    assert row["NumberOfSeriesRelatedInstances"] == "1"
    assert row["OtherPatientIDs"] == "X1\\Y1"
    assert row["InstanceAvailability"] == "ONLINE"
    assert "SOPInstanceUID" not in row
    assert all(isinstance(value, str) for value in row.values())


def test_only_some_keywords_are_read_if_only_some_are_wanted(clinic, shelf):
    (row, *_) = clinic.search(shelf.query("STUDY"), {"PatientName", "StudyTime"})

    assert set(row) == {"PatientID", "PatientName", "StudyInstanceUID", "StudyTime"}


def test_restrictions_hold_whatever_the_keys_say(clinic, shelf):
    restriction = Restriction("PatientID", frozenset({"P2", "P_%"}))

    for keys in ({}, {"PatientID": "P*"}, {"PatientName": "*"}):
        query = shelf.query("STUDY", **keys, restrictions=(restriction,))
        assert {row["PatientID"] for row in clinic.search(query)} == {"P2", "P_%"}
        assert {held.patient_id for held in clinic.locate(query)} == {"P2", "P_%"}
    none = shelf.query(restrictions=(Restriction("Modality", frozenset()),))
    assert list(clinic.search(none)) == list(clinic.locate(none)) == []


def test_a_restriction_that_cannot_be_kept_is_an_error(clinic, shelf):
    query = shelf.query(restrictions=(Restriction("NoSuchThing", frozenset({"x"})),))

    with pytest.raises(ArchiveError, match="NoSuchThing"):
        list(clinic.search(query))
    with pytest.raises(ArchiveError, match="NoSuchThing"):
        clinic.locate(query)


def test_the_limit_bounds_the_matches(clinic, shelf):
    assert len(list(clinic.search(shelf.query(limit=2)))) == 2
    assert len(clinic.locate(shelf.query(limit=3))) == 3
    assert list(clinic.search(shelf.query(limit=0))) == []


def test_an_endless_list_is_refused(clinic, shelf):
    with pytest.raises(DimseRefused):
        clinic.locate(shelf.query(SOPInstanceUID="\\".join(["1.2"] * 20_000)))


def test_what_is_named_comes_in_commit_order(clinic, shelf):
    named = [held.sop_instance_uid[-1] for held in clinic.locate(shelf.query("PATIENT"))]

    assert named == list("12345")


def test_a_slow_reader_keeps_no_writer_waiting(clinic, shelf, monkeypatch):
    monkeypatch.setattr("pacs_open.index.search.PAGE", 2)
    rows = clinic.search(shelf.query())
    next(rows)
    shelf.store(clinic, shelf.data_set(6), shelf.data_set(2, Modality="SR", PatientID="P9"))

    rest = [row["SOPInstanceUID"] for row in rows]
    assert "2.25.5" in rest
    assert "2.25.6" not in rest


def test_keys_of_the_index_are_looked_up_not_scanned(clinic, shelf):
    """A study among a million must not cost a million comparisons."""
    for keys in (
        {"PatientName": "muller*"},
        {"PatientID": "P1"},
        {"StudyInstanceUID": "2.25.1000"},
        {"AccessionNumber": "A1"},
        {"StudyDate": "20190101-20190201"},
        {"SeriesInstanceUID": "2.25.2000"},
        {"SOPInstanceUID": "2.25.1\\2.25.5"},
        {"SOPInstanceUID": "2.25.1", "Modality": "CT"},
    ):
        plan = explain(clinic, shelf.query("STUDY", **keys))
        assert plan
        assert not [line for line in plan if SCANNED.search(line)], keys


SINGLE = (
    {},
    {"PatientID": "P1"},
    {"PatientID": "P1", "AccessionNumber": "A1"},
    {"PatientID": "nobody"},
    {"StudyInstanceUID": "2.25.1000", "Modality": "CT"},
    {"SOPInstanceUID": "2.25.1"},
    {"SOPInstanceUID": "2.25.1", "Modality": "CT"},
    {"InstanceNumber": "007"},
    {"StudyDate": "20190101"},
    {"PatientID": "P" * 2000},
)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("keys", SINGLE, ids=[" ".join(keys) for keys in SINGLE[:-1]] + ["long"])
@pytest.mark.parametrize("limit", [None, 1])
def test_single_values_find_what_the_general_statement_finds(clinic, shelf, level, keys, limit):
    query = replace(shelf.query(level, **keys), limit=limit)
    assert search._single_values(query) is not None

    with clinic.index.reading() as connection:
        general = sorted(connection.execute(matching_rows(query)).scalars())
        assert list(search.matches(connection, query)) == general


@pytest.mark.parametrize(
    "keyword", ["PatientID", "StudyDate", "AccessionNumber", "StudyInstanceUID", "SOPInstanceUID"]
)
def test_the_statement_for_single_values_looks_them_up(clinic, keyword):
    prepared = search._rows_with(Level.STUDY, (keyword,))
    with clinic.index.reading() as connection:
        text, order = prepared._text(connection)
        plan = planned(clinic, connection, text, ("1",) if order else {keyword: "1"})
    assert plan
    assert not [line for line in plan if SCANNED.search(line)]


@pytest.mark.parametrize(
    "keys",
    [
        {"PatientID": "P*"},
        {"PatientID": "P1\\P2"},
        {"PatientName": "A"},
        {"StudyDate": "20190101-"},
        {"StudyDate": "yesterday"},
        {"ModalitiesInStudy": "CT"},
    ],
    ids=lambda keys: "".join(keys.values()),
)
def test_what_is_more_than_single_values_goes_the_general_way(shelf, keys):
    assert search._single_values(shelf.query("STUDY", **keys)) is None


def explain(archive, query):
    statement = matching_rows(query)
    with archive.index.reading() as connection:
        compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
        return planned(archive, connection, str(compiled), None)


def planned(archive, connection, text, values):
    """How the database would run a statement."""
    if archive.index.is_sqlite:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        return [row[3] for row in rows]
    connection.exec_driver_sql("SET enable_seqscan = off")  # it scans such small tables, if it may
    rows = connection.exec_driver_sql(f"EXPLAIN {text}", values).all()
    connection.exec_driver_sql("RESET enable_seqscan")
    return [row[0] for row in rows]
