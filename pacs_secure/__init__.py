"""The hardened archive: the open one plus a tuple of controls."""
