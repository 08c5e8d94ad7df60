import pytest

from pacs_open import transfer_capability
from pacs_open.transfer_capability import EXPLICIT_LITTLE_ENDIAN as EXPLICIT
from pacs_open.transfer_capability import IMPLICIT_LITTLE_ENDIAN as IMPLICIT
from pacs_open.values import Dimse

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
JPEG = "1.2.840.10008.1.2.4.50"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"


@pytest.mark.parametrize(
    ("proposed", "best_first"),
    [
        ((IMPLICIT, EXPLICIT), (EXPLICIT, IMPLICIT)),
        ((EXPLICIT, IMPLICIT), (EXPLICIT, IMPLICIT)),
        ((IMPLICIT,), (IMPLICIT,)),
        ((JPEG, IMPLICIT, EXPLICIT), (JPEG, EXPLICIT, IMPLICIT)),
        ((IMPLICIT, JPEG, EXPLICIT), (EXPLICIT, JPEG, IMPLICIT)),
        ((IMPLICIT, IMPLICIT), (IMPLICIT,)),
        ((DEFLATED, BIG_ENDIAN), ()),
        ((DEFLATED, BIG_ENDIAN, IMPLICIT), (IMPLICIT,)),
        ((), ()),
    ],
)
def test_the_requestor_chooses_and_we_choose_between_the_uncompressed(proposed, best_first):
    assert transfer_capability.preferred(CT_IMAGE, proposed) == best_first


def test_only_storage_takes_compressed_syntaxes():
    assert transfer_capability.preferred(FIND, (JPEG, IMPLICIT)) == (IMPLICIT,)


@pytest.mark.parametrize(
    ("sop_class_uid", "service"),
    [
        ("1.2.840.10008.1.1", Dimse.ECHO),
        (CT_IMAGE, Dimse.STORE),
        (FIND, Dimse.FIND),
        ("1.2.840.10008.5.1.4.1.2.1.3", Dimse.GET),
        ("1.2.840.10008.5.1.4.1.2.1.2", Dimse.MOVE),
        ("1.2.840.10008.5.1.4.31", None),
        ("", None),
    ],
)
def test_each_sop_class_belongs_to_one_service(sop_class_uid, service):
    assert transfer_capability.service_of(sop_class_uid) is service
