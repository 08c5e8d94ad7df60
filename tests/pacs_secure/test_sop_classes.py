import pytest

from pacs_open.values import Dimse
from pacs_secure.sop_classes import service_of, uid_of


@pytest.mark.parametrize(
    ("uid", "service"),
    [
        ("1.2.840.10008.1.1", Dimse.ECHO),
        ("1.2.840.10008.5.1.4.1.2.1.1", Dimse.FIND),
        ("1.2.840.10008.5.1.4.1.2.2.2", Dimse.MOVE),
        ("1.2.840.10008.5.1.4.1.2.2.3", Dimse.GET),
        ("1.2.840.10008.5.1.4.1.1.2", Dimse.STORE),
        ("1.2.840.10008.5.1.4.1.1.1.1", Dimse.STORE),
        ("1.2.840.10008.5.1.4.34.7", Dimse.STORE),  # radiotherapy
        ("1.2.840.10008.1.20.1", Dimse.COMMIT),  # no storage
        ("1.2.840.10008.5.1.4.31", None),  # worklist
        ("1.2.840.10008.5.1.4.34.6.1", None),  # unified procedure step
        ("1.2.840.10008.1.2.1", None),  # a transfer syntax
        ("1.2.276.0.7230010.3.1.0.1", None),
        ("1.2.840.10008.1.1 ", None),
        ("", None),
    ],
)
def test_a_sop_class_belongs_to_one_service_or_to_nobody(uid, service):
    assert service_of(uid) is service


def test_every_storage_class_of_the_sample_images_is_known():
    for keyword in (
        "DigitalXRayImageStorageForPresentation",
        "DigitalMammographyXRayImageStorageForPresentation",
        "CTImageStorage",
        "MRImageStorage",
    ):
        assert service_of(uid_of(keyword)) is Dimse.STORE


@pytest.mark.parametrize("name", ["ctimagestorage", "CTImage", "", "x.y"])
def test_what_is_neither_uid_nor_keyword_is_an_error(name):
    with pytest.raises(ValueError, match="neither a UID nor a keyword"):
        uid_of(name)
