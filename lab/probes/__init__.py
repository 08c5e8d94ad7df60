"""One module a probe, and PROBES: the tuple, in the order of the report."""
