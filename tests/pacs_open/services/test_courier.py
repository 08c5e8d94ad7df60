from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MRImageStorage,
)

from pacs_open.archive.archive import Held
from pacs_open.services.courier import MOST_CONTEXTS, proposals

BOTH = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def held(sop_class, syntax):
    return Held(sop_class, "1.2.3", syntax, "P1", "1.2", "1.2.3", 10, "", 0, 0)


def test_the_stored_syntax_is_proposed_alone_before_the_uncompressed_ones_together():
    assert proposals([held(CTImageStorage, ImplicitVRLittleEndian)] * 3) == [
        (CTImageStorage, (ImplicitVRLittleEndian,)),
        (CTImageStorage, BOTH),
    ]


def test_a_compressed_instance_is_proposed_as_it_is_and_no_other_way():
    assert proposals([held(CTImageStorage, JPEGBaseline8Bit)]) == [
        (CTImageStorage, (JPEGBaseline8Bit,))
    ]


def test_each_sop_class_and_syntax_is_proposed_once():
    instances = [
        held(CTImageStorage, ExplicitVRLittleEndian),
        held(MRImageStorage, ExplicitVRLittleEndian),
        held(CTImageStorage, JPEGBaseline8Bit),
        held(CTImageStorage, ExplicitVRLittleEndian),
    ]

    assert proposals(instances) == [
        (CTImageStorage, (ExplicitVRLittleEndian,)),
        (MRImageStorage, (ExplicitVRLittleEndian,)),
        (CTImageStorage, (JPEGBaseline8Bit,)),
        (CTImageStorage, BOTH),
        (MRImageStorage, BOTH),
    ]


def test_no_more_is_proposed_than_an_association_can_hold():
    instances = [held(f"1.2.{number}", ExplicitVRLittleEndian) for number in range(100)]

    assert len(proposals(instances)) == MOST_CONTEXTS
