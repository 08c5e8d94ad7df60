from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MRImageStorage,
)

from pacs_open.archive.archive import Held
from pacs_open.services.courier import proposals
from pacs_open.wire.proposal import MOST_CONTEXTS

BOTH = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def held(sop_class, syntax):
    return Held(sop_class, "1.2.3", syntax, "P1", "1.2", "1.2.3", 10, "", 0, 0)


def test_the_stored_syntax_is_proposed_alone_before_the_uncompressed_ones_together():
    assert proposals([held(CTImageStorage, ImplicitVRLittleEndian)] * 3) == [
        [(CTImageStorage, (ImplicitVRLittleEndian,)), (CTImageStorage, BOTH)]
    ]


def test_a_compressed_instance_is_proposed_as_it_is_and_no_other_way():
    assert proposals([held(CTImageStorage, JPEGBaseline8Bit)]) == [
        [(CTImageStorage, (JPEGBaseline8Bit,))]
    ]


def test_each_sop_class_and_syntax_is_proposed_once():
    instances = [
        held(CTImageStorage, ExplicitVRLittleEndian),
        held(MRImageStorage, ExplicitVRLittleEndian),
        held(CTImageStorage, JPEGBaseline8Bit),
        held(CTImageStorage, ExplicitVRLittleEndian),
    ]

    assert proposals(instances) == [
        [
            (CTImageStorage, (ExplicitVRLittleEndian,)),
            (CTImageStorage, (JPEGBaseline8Bit,)),
            (MRImageStorage, (ExplicitVRLittleEndian,)),
            (CTImageStorage, BOTH),
            (MRImageStorage, BOTH),
        ]
    ]


def test_nothing_to_send_is_proposed_to_nobody():
    assert proposals([]) == []


def test_what_one_association_cannot_hold_goes_to_a_further_one():
    """PS3.8 9.3.2.2: 128 contexts; each of these SOP classes takes two."""
    instances = [held(f"1.2.{number}", ExplicitVRLittleEndian) for number in range(100)]

    first, second = proposals(instances)

    assert len(first) == MOST_CONTEXTS
    assert len(second) == 72
    assert [sop_class for sop_class, _ in first[:64]] == [f"1.2.{number}" for number in range(64)]
    assert {sop_class for sop_class, _ in second} == {f"1.2.{number}" for number in range(64, 100)}
