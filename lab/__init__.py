"""The lab: runs the archives, puts the probes to them, and tells what it saw."""
