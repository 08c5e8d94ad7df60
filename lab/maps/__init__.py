"""Control maps: which clauses of which rules speak of what a control does. Data in TOML beside it.

A clause names controls, not probes: a probe stands with the clauses of the controls that close
it, so that a new probe is mapped by the control it belongs to.
"""

from lab.maps.reading import BUILT_IN, Clause, ControlMap, all_maps, clauses_of, control_map

__all__ = ["BUILT_IN", "Clause", "ControlMap", "all_maps", "clauses_of", "control_map"]
