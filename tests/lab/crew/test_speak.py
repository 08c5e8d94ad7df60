"""An order, its lines, and every way in which a station may fail: each is one line of ours."""

import json

import pytest
from pydantic import TypeAdapter

from lab.crew import StationError
from lab.crew.speak import order
from lab.marked import Marked
from lab.pictures import draw
from lab.stations.lines import PictureLine
from lab.stations.orders import ORDER, Greet

TOLD = Greet(within=5, archive="open")
NUMBER = TypeAdapter(int)


def line(**said):
    return json.dumps(said).encode() + b"\n"


def saying(*said):
    def speak(service, _order):
        assert service == "modality"
        yield from said

    return speak


def test_the_order_arrives_as_it_was_given_and_the_result_comes_back():
    given = []

    def speak(service, told):
        given.append(ORDER.validate_json(told))
        yield line(result=7)

    assert order(speak, "modality", TOLD, NUMBER) == 7
    assert given == [TOLD]


def test_progress_and_pictures_are_heard_on_the_way():
    instance = Marked().new()
    picture = draw(
        instance.part_10[instance.part_10.index(b"\x08\x00\x08\x00") :], "1.2.840.10008.1.2.1"
    )
    heard, shown = [], []
    said = [
        line(alive=0.1),
        b"\n",
        line(progress={"what": "drawing", "done": 1, "of": 3, "words": "CT"}),
        line(picture=PictureLine.of(picture).model_dump()),
        line(result=1),
    ]
    order(saying(*said), "modality", TOLD, NUMBER, hear=heard.append, show=shown.append)

    assert [(one.what, one.done, one.of, one.words) for one in heard] == [("drawing", 1, 3, "CT")]
    assert shown == [picture]


def test_a_result_that_is_nothing_is_one():
    nothing: TypeAdapter[None] = TypeAdapter(None)
    assert order(saying(line(result=None)), "modality", TOLD, nothing) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "it ended without a result"),
        ([line(alive=5)], "it ended without a result"),
        ([line(fault="no room")], "no room"),
        ([b"Traceback (most recent call last):\n"], 'it said "Traceback'),
        ([b"\xff\x1b[2J\n"], r'it said "\\ufffd\\x1b\[2J"'),
        ([line(results=1)], "it said"),
        ([line(result="seven")], "its result is not understood"),
        ([line(picture={})], "it said"),
    ],
)
def test_whatever_goes_wrong_is_one_line_with_the_stations_name(said, why):
    with pytest.raises(StationError, match=f"^modality: {why}") as raised:
        order(saying(*said), "modality", TOLD, NUMBER)
    assert "\n" not in str(raised.value)


def test_a_picture_that_is_no_png_is_a_fault():
    words = dict.fromkeys(set(PictureLine.model_fields) - {"order", "png"}, "") | {
        "order": ("", "", 0, 0),
        "png": "bm8gUE5H",
    }
    with pytest.raises(StationError, match=r"^modality: a picture that is no PNG"):
        order(saying(line(picture=words)), "modality", TOLD, NUMBER, show=print)


def test_a_station_that_cannot_be_spoken_to_is_told_as_it_is():
    def speak(_service, _order):
        raise StationError("modality: its container does not run")
        yield b""

    with pytest.raises(StationError, match="does not run"):
        order(speak, "modality", TOLD, NUMBER)
