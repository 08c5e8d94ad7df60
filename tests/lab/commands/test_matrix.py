"""`pacslab matrix` from the command line: a small one, whole."""

import json


def test_a_small_matrix_leaves_page_and_data_and_ends_with_the_number(pacslab, tmp_path):
    out = tmp_path / "out"
    result = pacslab(
        "matrix",
        *("--controls", "called_ae,audit", "--probes", "unknown_called_ae"),
        *("--jobs", "2", "--out", str(out)),
    )

    assert result.exit_code == 0, result.output
    assert result.stdout.rstrip().splitlines()[-1].startswith("1 of 1 claims proven")
    data = json.loads((out / "matrix.json").read_text())
    assert data["columns"] == [
        "open",
        "only called_ae",
        "only audit",
        "secure",
        "without called_ae",
        "without audit",
    ]
    assert "1 of 1 claims proven" in (out / "matrix.html").read_text()


def test_a_matrix_without_any_claim_proves_nothing(pacslab, tmp_path):
    result = pacslab(
        *("matrix", "--controls", "audit", "--probes", "unknown_called_ae"),
        *("--out", str(tmp_path)),
    )

    assert result.exit_code == 3, result.output


def test_unknown_names_are_wrong_use_with_a_suggestion(pacslab, tmp_path):
    for option, name, close in (
        ("--controls", "tsl", "tls"),
        ("--probes", "list", "list_patients"),
    ):
        result = pacslab("matrix", option, name, "--out", str(tmp_path))
        assert result.exit_code == 2
        assert name in result.stderr
        assert close in result.stderr or "lists them" in result.stderr


def test_a_folder_that_cannot_be_written_is_wrong_use(pacslab, tmp_path):
    (tmp_path / "file").touch()
    result = pacslab("matrix", "--out", str(tmp_path / "file" / "out"))

    assert result.exit_code == 2
    assert "cannot write to" in result.stderr
