"""An evidence pack: a report, its transcript and versions in one file that shows any change."""
