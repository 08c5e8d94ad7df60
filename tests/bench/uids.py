"""Made-up identifiers of a fixed length: a sender replaces one by the next in place."""

STUDY, SERIES, INSTANCE = 1, 2, 3
"""What a made-up UID names."""


def uid(level: int, number: int) -> str:
    """A UID under 2.25 (PS3.5 B.2), 38 characters long whatever it names."""
    return f"2.25.{level}{number:032d}"


def patient_id(number: int) -> str:
    """A Patient ID, 16 characters long."""
    return f"BENCH{number:011d}"
