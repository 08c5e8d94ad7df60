import tomllib

import pytest
from pydantic import ValidationError

from lab.newcomer import Newcomer
from pacs_secure.admissions import Admission

ORTHANC = {"name": "orthanc", "ae_title": "ORTHANC", "request": "csr"}


def test_its_file_is_what_the_archive_reads():
    said = Newcomer(
        **ORTHANC, may=("echo", "find"), modalities=("MG",), host="192.0.2.7", port=4242
    ).toml()

    assert Admission.model_validate(tomllib.loads(said)) == Admission(
        ae_title="ORTHANC",
        certificate="orthanc.pem",
        may=("echo", "find"),
        modalities=("MG",),
        host="192.0.2.7",
        port=4242,
    )


def test_one_with_a_certificate_of_its_own_is_trusted_by_itself():
    said = tomllib.loads(Newcomer(name="a", ae_title='Q"T', certificate="pem").toml())

    assert said["by_itself"] is True
    assert said["ae_title"] == 'Q"T'
    assert said["may"] == ["echo"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"request": None},
        {"certificate": "pem"},
        {"name": "UPPER"},
        {"name": "../x"},
        {"name": ""},
        {"ae_title": "seventeen letters"},
        {"ae_title": " X"},
        {"ae_title": "A\\B"},
        {"ae_title": ""},
        {"may": ("delete",)},
        {"may": ()},
        {"port": 0},
        {"other": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        Newcomer.model_validate({**ORTHANC, **wrong})
