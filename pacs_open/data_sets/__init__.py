"""Data sets as bytes: read as they arrive, asked for, written as answers (PS3.5)."""
