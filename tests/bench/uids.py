"""Made-up identifiers of a fixed length: a sender replaces one by the next in place."""

GROUP = 100
"""Patients that one wild card finds."""


def study_uid(number: int) -> str:
    """38 characters, under 2.25 (PS3.5 B.2)."""
    return f"2.25.1{number:032d}"


def series_uid(number: int) -> str:
    """The same."""
    return f"2.25.2{number:032d}"


def instance_uid(number: int) -> str:
    """The same."""
    return f"2.25.3{number:032d}"


def patient_id(number: int) -> str:
    """16 characters."""
    return f"BENCH{number:011d}"


def patient_name(number: int) -> str:
    """16 characters, the family name shared by a hundred."""
    return f"{family_name(number)}^No{number % GROUP:02d}"


def family_name(number: int) -> str:
    """11 characters."""
    return f"Group{number // GROUP:06d}"
