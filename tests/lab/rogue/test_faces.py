from datetime import timedelta

from lab.bad_certificates import BY_ID
from lab.pki import Authority
from lab.rogue import faces


def test_every_bad_certificate_has_a_face_and_the_good_one_comes_first(tmp_path):
    authority = Authority.create(tmp_path / "a", lifetime=timedelta(hours=1))
    made = faces.make(authority, tmp_path / "faces", names=("pacs",), addresses=("127.0.0.1",))

    ids = [face.id for face in made]
    assert ids[0] == faces.GOOD
    assert set(BY_ID) < set(ids)
    assert {one.id for one in faces.WEAKNESSES} < set(ids)
    assert made[-1].context is None
    assert {face.ihe for face in made} >= {"corrupted", "expired", "revoked", "self-signed"}


def test_without_a_good_certificate_there_are_bad_ones_and_plaintext_only(tmp_path):
    assert [face.id for face in faces.faces(None, {}, weak=True)] == [faces.PLAINTEXT]
