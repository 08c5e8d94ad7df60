"""Faults of whoever uses us."""


class WrongUseError(Exception):
    """Something was asked for that cannot be done: one line that says what, why and what to do."""
