"""Control maps: which clauses of which rules speak of what a control does. Data in TOML beside it.

A clause names controls: a probe stands with the clauses of the controls that close it, so that a
new probe is mapped by the control it belongs to. Only what TLS does is told probe by probe, in
questions.toml: few clauses demand both that a conversation is hidden and who speaks in it.
"""

from lab.maps.reading import (
    BUILT_IN,
    Clause,
    ControlMap,
    all_maps,
    clauses_of,
    control_map,
    questions,
)

__all__ = ["BUILT_IN", "Clause", "ControlMap", "all_maps", "clauses_of", "control_map", "questions"]
