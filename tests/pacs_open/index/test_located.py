import dataclasses

import pytest

from pacs_open.archive.stored import Held
from pacs_open.index import located


@pytest.fixture
def filled(archive, shelf):
    shelf.store(archive, *(shelf.data_set(number) for number in range(1, 6)))
    return archive


@pytest.mark.parametrize("page", [1, 2, 5, 500])
def test_instances_come_in_commit_order_whatever_the_page(filled, shelf, monkeypatch, page):
    monkeypatch.setattr(located, "PAGE", page)
    found = filled.locate(shelf.query("PATIENT", PatientID="P1"))

    assert len(found) == 5
    assert [held.sop_instance_uid for held in found] == [f"2.25.{n}" for n in range(1, 6)]
    assert list(found) == list(found)


def test_what_is_replaced_in_the_meantime_is_left_out(filled, shelf, monkeypatch):
    monkeypatch.setattr(located, "PAGE", 2)
    found = filled.locate(shelf.query("PATIENT", PatientID="P1"))
    coming = iter(found)
    next(coming)
    shelf.store(filled, shelf.data_set(4, SeriesDescription="Another"))

    assert [held.sop_instance_uid for held in coming] == ["2.25.2", "2.25.3", "2.25.5"]
    assert len(found) == 5


def test_nothing_is_nothing(filled, shelf):
    found = filled.locate(shelf.query("STUDY", StudyInstanceUID="2.25.999"))

    assert len(found) == 0
    assert list(found) == []


def test_a_row_has_what_an_instance_has_in_the_same_order():
    columns = [column.name for column in located._HELD.selected_columns]

    assert columns == [field.name for field in dataclasses.fields(Held)]
