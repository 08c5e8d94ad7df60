import pytest

from pacs_open.door import Door
from pacs_open.refusals import DimseRefused
from pacs_secure.controls.message_limits import MessageLimits

TIGHT = MessageLimits(largest=1000, identifier=100, silence=6, pdu=3, message=60, write=5)


def test_the_door_gets_the_tight_values():
    door = Door()
    TIGHT.secure(door)

    assert (door.maximum_message, door.maximum_identifier) == (2000, 100)
    assert (door.silence, door.pdu_deadline) == (6, 3)
    assert (door.message_deadline, door.write_deadline) == (60, 5)


def test_a_ceiling_is_never_made_more_generous():
    door, before = Door(), Door()
    MessageLimits(
        largest=1 << 50, identifier=1 << 50, silence=1e9, pdu=1e9, message=1e9, write=1e9
    ).secure(door)

    assert door == before


def test_without_settings_it_is_tighter_than_the_open_archive():
    door, ceiling = Door(), Door()
    MessageLimits().secure(door)

    assert door.silence < ceiling.silence
    assert door.pdu_deadline < ceiling.pdu_deadline
    assert door.message_deadline < ceiling.message_deadline
    assert door.write_deadline < ceiling.write_deadline
    assert door.maximum_identifier < ceiling.maximum_identifier


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
def test_an_instance_within_the_limit_is_taken(size, make_operation):
    TIGHT.weigh(size, make_operation())


@pytest.mark.parametrize("size", [1001, 1 << 40])
def test_an_instance_beyond_it_is_out_of_resources(size, make_operation):
    with pytest.raises(DimseRefused) as refused:
        TIGHT.weigh(size, make_operation())

    assert refused.value.status == 0xA700
    assert refused.value.comment == "Data set over 1000 bytes"


@pytest.mark.parametrize("field", sorted(MessageLimits.model_fields))
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_of_nothing_is_an_error(field, value):
    with pytest.raises(ValueError):
        MessageLimits(**{field: value})
