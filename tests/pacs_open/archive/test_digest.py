import pytest

from pacs_open.archive.digest import Digest


@pytest.mark.parametrize(
    ("length", "digest"),
    [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
    ],
)
def test_it_is_blake3_as_its_authors_publish_it(length, digest):
    """The first 32 bytes of their test vectors, whose input counts from 0 to 250, again and again."""
    data = (bytes(range(251)) * 5)[:length]

    assert Digest(data).hexdigest() == digest


def test_pieces_make_the_same_as_the_whole():
    data = bytes(range(256)) * 4000
    pieces = Digest()
    for start in range(0, len(data), 127 * 1024):
        pieces.update(memoryview(data)[start : start + 127 * 1024])

    assert pieces.digest() == Digest(data).digest()
    assert len(pieces.digest()) == 32
