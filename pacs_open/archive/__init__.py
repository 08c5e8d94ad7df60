"""Instances on disk: an append-only log, which is the truth."""
