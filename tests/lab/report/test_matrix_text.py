import io

from rich.console import Console

from lab.matrix.model import Rogue
from lab.report import matrix_text
from tests.lab.report.matrices import NO, YES, claim, made


def said(matrix):
    written = io.StringIO()
    console = Console(file=written, width=100)
    console.print(matrix_text.matrix(matrix))
    console.print(matrix_text.last_line(matrix))
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_one_sign_a_cell_and_one_letter_a_control():
    lines = said(made())

    assert lines[:5] == [
        "probe          O  ab  S  ab",
        "list_patients  ●  ■■  ■  ++",
        "read_names     ●  ■●  ■  ◆·",
        "unknown_title  ●  ●■  ■  ·◆",
        "built_in       ·  ··  ·  ··",
    ]
    assert "a tls   b calling_ae" in lines


def test_the_last_line_is_the_one_number():
    assert said(made())[-1].startswith("4 of 4 claims proven    (4 questions to 6 archives")


def test_what_several_hold_is_told():
    text = "\n".join(said(made()))

    assert "  list_patients: tls, calling_ae" in text
    assert "Held by more than one" not in "\n".join(said(made(claims=())))


def test_what_is_unproven_or_untested_is_told():
    matrix = made(
        claims=(claim("tls", "read_names", why="only tls: not stopped"),),
        proven=0,
        total=1,
        not_tested={"tls_1_0": "OpenSSL here has none"},
    )
    text = " ".join(said(matrix))

    assert "unproven: tls says that it stops read_names: only tls: not stopped" in text
    assert "not tested: tls_1_0: OpenSSL here has none" in text


def test_what_our_own_devices_take_is_told_check_by_check():
    rogue = Rogue(
        columns=("all checks", "without dates", "without name"),
        rows=("good", "expired"),
        cells={
            "good": dict.fromkeys(("all checks", "without dates", "without name"), YES),
            "expired": {"all checks": NO, "without dates": YES, "without name": NO},
        },
        good="good",
    )
    lines = said(made(rogue=rogue, information=("TLS 1.3",)))

    assert "Our own devices refused 1 of 1 archives that are not what they say." in lines
    assert "  without dates: they take expired" in lines
    assert "  without name: they take none of them" in lines
    assert "also learned: TLS 1.3" in lines


def test_a_holder_outside_the_chosen_controls_is_named_too():
    matrix = made(claims=(claim("tls", "list_patients", ("calling_ae", "permissions")),))

    assert "  list_patients: tls, calling_ae, permissions" in said(matrix)
