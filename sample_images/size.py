"""How large the pictures are."""

from enum import StrEnum


class Size(StrEnum):
    """Full size, or a quarter of the rows, columns and slices for quick tests."""

    FULL = "full"
    SMALL = "small"

    @property
    def divisor(self) -> int:
        """1 for full size, 4 for small."""
        return 1 if self is Size.FULL else 4

    def of(self, full: int) -> int:
        """`full` rows, columns or slices at this size, rounded up: never none."""
        return -(-full // self.divisor)
