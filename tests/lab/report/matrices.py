"""A matrix of two controls and four questions, as it should be; made by hand, without archives."""

from lab.matrix.model import ClaimEntry, Matrix, Proof
from lab.probe import Answer

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
COLUMNS = {
    "open": (),
    "only tls": ("tls",),
    "only calling_ae": ("calling_ae",),
    "secure": ("tls", "calling_ae"),
    "without tls": ("calling_ae",),
    "without calling_ae": ("tls",),
}
CELLS = {
    "list_patients": (YES, NO, NO, NO, NO, NO),
    "read_names": (YES, NO, YES, NO, YES, NO),
    "unknown_title": (YES, YES, NO, NO, NO, YES),
    "built_in": (NO,) * 6,
}


def claim(control, probe, held_by=(), why=""):
    return ClaimEntry(
        control=control,
        probe=probe,
        alone=not why,
        removed=True,
        holds=not why,
        held_by=held_by,
        why=why,
    )


def made(**changes):
    """The matrix, with some of its fields changed."""
    matrix = Matrix(
        started="2026-01-01T00:00:00+00:00",
        columns=tuple(COLUMNS),
        controls=COLUMNS,
        rows=tuple(CELLS),
        questions=dict.fromkeys(CELLS, "Is it so?"),
        cells={probe: dict(zip(COLUMNS, row, strict=True)) for probe, row in CELLS.items()},
        evidence=dict.fromkeys(CELLS, dict.fromkeys(COLUMNS, "A-ASSOCIATE-RJ 1/1/3")),
        friends=dict.fromkeys(COLUMNS, True),
        claims=(
            claim("tls", "list_patients", ("calling_ae",)),
            claim("tls", "read_names"),
            claim("calling_ae", "list_patients", ("tls",)),
            claim("calling_ae", "unknown_title"),
        ),
        proofs=(Proof(probe="list_patients", without=("tls", "calling_ae"), answer=YES),),
        proven=4,
        total=4,
        seconds=12.3,
    )
    return matrix.model_copy(update=changes)
