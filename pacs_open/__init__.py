"""An archive with no safeguards: the baseline."""
