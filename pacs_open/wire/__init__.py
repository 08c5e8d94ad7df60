"""From bytes of a network connection to DIMSE messages and back (PS3.8, PS3.7)."""
