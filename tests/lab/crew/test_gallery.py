from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom.dsutils import encode

from lab.crew.gallery import drawing
from lab.delivery import Delivered
from lab.marked import Marked


def delivered(data_set):
    return Delivered("1.2", "2.25.1", str(ExplicitVRLittleEndian), data_set)


def test_what_is_stolen_is_shown_as_a_picture():
    shown = []
    sink = drawing(shown.append)
    instance = Marked().new()
    sink(delivered(encode(instance.ds, False, True)))

    assert [picture.patient_id for picture in shown] == [instance.patient_id]


def test_what_cannot_be_drawn_is_left_out():
    shown = []
    drawing(shown.append)(delivered(b"\x00" * 20))

    assert shown == []


def test_where_nobody_looks_nothing_is_drawn():
    assert drawing(None) is None
