from pydicom.uid import UID

from lab import sop_classes


def test_the_uids_are_what_their_names_say():
    assert UID(sop_classes.VERIFICATION).name == "Verification SOP Class"
    for name in ("FIND", "GET", "MOVE"):
        for root in ("PATIENT", "STUDY"):
            uid = UID(getattr(sop_classes, f"{root}_ROOT_{name}"))
            assert uid.name.endswith(f"- {name}")
            assert uid.name.startswith(root.title())


def test_storage_classes_are_images_and_each_stands_once():
    assert all("Image Storage" in UID(uid).name for uid in sop_classes.STORAGE)
    assert len(set(sop_classes.STORAGE)) == len(sop_classes.STORAGE)
    assert sop_classes.CT in sop_classes.STORAGE
