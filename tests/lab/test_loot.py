import hashlib

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.dsutils import encode

from lab.delivery import Delivered
from lab.loot import Loot, look
from lab.marked import Marked


def delivered(instance, *, implicit=False, data_set=None):
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    encoded = data_set if data_set is not None else encode(instance.ds, implicit, True)
    return Delivered("1.2.840.10008.5.1.4.1.1.2", instance.sop_instance_uid, str(syntax), encoded)


def real():
    instance = Marked().new()
    instance.ds.PatientID = "SYN-1"
    return instance


@pytest.mark.parametrize("implicit", [False, True])
def test_pixels_are_hashed_as_they_came(implicit):
    instance = real()
    seen = look(delivered(instance, implicit=implicit))

    assert seen.patient_id == "SYN-1"
    assert seen.pixel_sha256 == hashlib.sha256(instance.pixels).hexdigest()


def test_a_data_set_without_pixels_has_no_hash():
    instance = real()
    del instance.ds.PixelData

    assert look(delivered(instance)).pixel_sha256 is None


def test_what_comes_twice_counts_once():
    instance = real()
    handed_on = []
    with Loot(handed_on.append) as loot:
        for _ in range(3):
            assert loot.receive(delivered(instance)) == 0x0000

    assert len(loot.images) == 1
    assert loot.patients == {"SYN-1"}
    assert len(handed_on) == 1


def test_marked_instances_are_neither_counted_nor_handed_on():
    handed_on = []
    with Loot(handed_on.append) as loot:
        loot.receive(delivered(Marked().new()))

    assert loot.images == {}
    assert handed_on == []


def test_an_odd_instance_does_not_stop_the_count_of_others():
    odd, good = real(), real()
    with Loot() as loot:
        loot.receive(delivered(odd, data_set=b"\x08\x00\x05"))
        loot.receive(delivered(good))

    assert good.sop_instance_uid in loot.images


def test_a_sink_that_fails_is_told_and_makes_the_counts_lower_bounds():
    def full(_delivered):
        raise OSError("disk full")

    with Loot(full) as loot:
        loot.receive(delivered(real()))

    assert loot.faults == ["OSError: disk full"]
