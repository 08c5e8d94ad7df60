"""What no probe asks, and why: weaknesses that do not show on the wire of DIMSE services.

An absence that is explained is worth more than a question that cannot be answered.
"""

from collections.abc import Mapping
from types import MappingProxyType

NOT_ASKED: Mapping[str, str] = MappingProxyType(
    {
        "executable preamble": "the 128 bytes before a DICOM file (PS3.10 7.1) never travel by "
        "C-STORE; the lab's archives write zeros there, and their own tests prove it",
        "REST and viewer without login": "it is HTTP, not DIMSE: look at every other port that "
        "serves the same archive",
        "names in logs and temporary files": "it shows on the archive's disk, not on the wire; the "
        "lab's archives escape what comes from a peer and log no identifiers, and their own tests "
        "prove it",
        "wrong name in a client's certificate": "ITI-19 3.19.6.1.3 forbids archives to demand "
        "names of a caller's certificate; the other direction asks for it (pacslab rogue)",
        "stale revocation list": "it lies with the archive, and no caller can show one: an archive "
        "whose list is out of date has to refuse its friends, too; the lab's own does, and its own "
        "tests prove it (the other direction: pacslab rogue)",
        "certificate of the archive's own": "whether devices look at it is for the devices to "
        "show (pacslab rogue)",
    }
)
"""Weakness to the reason."""
