"""The few words one needs to read a report, for somebody who has never seen DICOM."""

from collections.abc import Sequence

GLOSSARY: Sequence[tuple[str, str]] = (
    (
        "DICOM",
        (
            "The worldwide standard for medical images: how they are written, and how devices talk "
            "to each other about them. It is older than the web, and was made for closed networks."
        ),
    ),
    (
        "PACS, archive",
        (
            "The computer that keeps a clinic's images: X-rays, CT, MR, mammograms. Every image "
            "carries the patient's name, birth date, doctor and institution with it."
        ),
    ),
    ("Modality", "A device that makes images, such as an X-ray unit, and sends them to the PACS."),
    ("Workstation", "Where physicians look for studies, fetch them from the PACS and read them."),
    (
        "AE title",
        (
            "The name by which a device speaks DICOM, at most 16 characters. A peer says its own "
            "(calling) and the other's (called). It is a name tag, not a password."
        ),
    ),
    (
        "Association, presentation context",
        (
            "An association is a conversation of two devices that begins with agreeing on what to "
            "say. What they may say is agreed subject by subject: each is a presentation context."
        ),
    ),
    ("C-ECHO", 'Asks "are you there?"'),
    ("C-STORE", "Hands over an image to be kept."),
    ("C-FIND", "Asks for a list: of patients, studies, series or images."),
    ("C-GET", "Asks for images to be sent back in the same conversation."),
    (
        "C-MOVE",
        (
            "Asks the archive to send images to a third device, named by its AE title. The archive "
            "opens a connection of its own for that."
        ),
    ),
    (
        "TLS, certificate",
        (
            "TLS encrypts a connection. A certificate is an identity card for a device, signed by "
            "an authority that both sides trust; its key never leaves the device. In mutual TLS "
            "each side demands the other's."
        ),
    ),
    (
        "SOP Instance UID",
        "The number that names one image and no other in the world, such as 2.25.1234.",
    ),
    (
        "What the wire showed",
        (
            "The archive's own last words. 0000H: done; any other number of this form is a refusal "
            "or a warning. A-ASSOCIATE-RJ: the association was rejected. TLS alert: the connection "
            "ended before a word of DICOM, with unknown_ca because nobody trusted has signed the "
            "certificate. An image or a patient called marked is a test object of the probes: "
            "never counted as stolen, and removed afterwards."
        ),
    ),
    (
        "Stranger",
        (
            "Somebody to whom the clinic has issued nothing: he knows the usual names, and has a "
            "certificate that he made himself."
        ),
    ),
    (
        "Visitor",
        (
            "The authorised device whose certificate pacslab up hands to you, to try the hardened "
            "archive by hand."
        ),
    ),
    ("Probe", "A question put to an archive: an attempt that either succeeds or does not."),
    (
        "Control",
        "A safeguard of the hardened archive. Alone, it closes every question it stands beside.",
    ),
    (
        "Friend",
        (
            "An authorised device that is served in the same run, on the same port. Without a "
            "served friend, a refusal proves nothing: a switched-off archive refuses everybody."
        ),
    ),
)
