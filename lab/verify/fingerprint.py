"""What product this may be: by what it says of itself, with how far that is to be believed.

An implementation class UID names the toolkit that speaks, and whoever speaks may say anything.
"""

from lab.evidence import Evidence, Layer

ROOTS = (
    ("1.2.276.0.7230010.3", "DCMTK, or a product built on it (Orthanc, Conquest and many more)"),
    ("1.2.826.0.1.3680043.9.3811", "pynetdicom"),
    ("1.2.40.0.13.1.", "dcm4che (dcm4chee and products built on it)"),
    ("1.3.6.1.4.1.30071.8", "fo-dicom"),
    ("1.2.826.0.1.3680043.2.135.1066", "Conquest"),
    ("1.3.6.1.4.1.25403", "ClearCanvas"),
    ("1.2.826.0.1.3680043.8.641", "Orthanc"),
    ("2.25.", "a UID that tells nobody (UUID-derived)"),
)
"""Beginnings of implementation class UIDs (PS3.7 D.3.3.2)."""
VERSIONS = (
    ("ORTHANC", "Orthanc"),
    ("OFFIS_DCMTK", "DCMTK"),
    ("PYNETDICOM", "pynetdicom"),
    ("DCM4CHE", "dcm4che"),
    ("FO-DICOM", "fo-dicom"),
    ("PACSLAB", "pacslab"),
)


def fingerprint(implementation: tuple[str, str]) -> Evidence | None:
    """What the A-ASSOCIATE-AC said of its sender, in words; None: it said nothing."""
    uid, version = implementation
    if not uid and not version:
        return None
    by_uid = next((name for root, name in ROOTS if uid.startswith(root)), None)
    by_version = next((name for word, name in VERSIONS if version.upper().startswith(word)), None)
    if by_uid and by_version:
        guess = f"probably {by_version}; medium confidence: both names agree, and may be made up"
    elif by_uid or by_version:
        guess = f"perhaps {by_uid or by_version}; low confidence: one name, which may be made up"
    else:
        guess = "an implementation that we do not know"
    text = f'implementation class UID {uid or "none"}, version name "{version}": {guess}'
    return Evidence(Layer.ASSOCIATION, text, "fingerprint")
