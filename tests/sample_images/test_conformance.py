"""An outside validator's word on one file of each kind, and on each script of names."""

import subprocess

import pytest

KINDS = {
    ("DX", "PA"), ("DX", "LL"), ("MR", "T1 TSE sag"), ("MR", "T2 TSE sag"),
    ("MG", "RCC"), ("MG", "LCC"), ("MG", "RMLO"), ("MG", "LMLO"),
}  # fmt: skip


def errors_in(path, validator):
    said = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False)
    return [line for line in said.stderr.splitlines() if line.startswith("Error")]


@pytest.mark.program("dciodvfy")
def test_no_kind_of_file_has_an_error(small_set, program):
    directory, manifest = small_set
    validator = program("dciodvfy")
    one_of_each = {
        (patient.number, series.modality, series.instances[0].view): series.instances[0]
        for patient in manifest.patients
        for study in patient.studies
        for series in study.series
    }

    kinds = {(str(modality), view) for _, modality, view in one_of_each}
    assert kinds >= KINDS
    assert "CT" in {modality for modality, _ in kinds}
    found = {
        key: errors_in(directory / entry.file, validator) for key, entry in one_of_each.items()
    }
    assert not {key: errors for key, errors in found.items() if errors}
