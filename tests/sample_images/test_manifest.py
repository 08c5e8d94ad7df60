import pytest
from pydantic import ValidationError

from sample_images.manifest import (
    InstanceEntry,
    Manifest,
    PatientEntry,
    SeriesEntry,
    StudyEntry,
)
from sample_images.size import Size


def instance(file="0001/1.dcm"):
    return InstanceEntry(
        sop_instance_uid="2.25.1", sop_class_uid="1.2.840.10008.5.1.4.1.1.7",
        transfer_syntax_uid="1.2.840.10008.1.2.1", file=file, rows=2, columns=2, view="PA",
        pixel_sha256="0" * 64, data_set_sha256="1" * 64,
    )  # fmt: skip


def manifest(file="0001/1.dcm"):
    series = SeriesEntry(
        series_instance_uid="2.25.2", modality="DX", series_description="PA",
        instances=(instance(file), instance("0001/2.dcm")),
    )  # fmt: skip
    study = StudyEntry(
        study_instance_uid="2.25.3", study_date="20190917", accession_number="A1",
        study_description="Thorax", modality="DX", series=(series,),
    )  # fmt: skip
    patient = PatientEntry(
        number=1, patient_id="SYN1", patient_name="Kaku^Taro=架空^太郎=かくう^たろう",
        birth_date="19500101", sex="M", referring_physician="", institution="Müster",
        abnormality="pneumonia", studies=(study,),
    )  # fmt: skip
    return Manifest(seed=7, size=Size.SMALL, patients=(patient,))


def test_what_is_saved_is_loaded_again(tmp_path):
    manifest().save(tmp_path / "manifest.json")

    assert Manifest.load(tmp_path / "manifest.json") == manifest()
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_the_file_says_its_schema_and_names_in_their_script(tmp_path):
    manifest().save(tmp_path / "manifest.json")
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")

    assert '"schema": "pacslab-manifest/1"' in text
    assert "架空^太郎" in text


def test_instances_come_in_order():
    assert [entry.file for entry in manifest().instances()] == ["0001/1.dcm", "0001/2.dcm"]


@pytest.mark.parametrize("path", ["../x.dcm", "/etc/passwd", "a/../../b", "C:\\x", "", "a\\..\\b"])
def test_a_path_that_leads_out_of_the_directory_is_an_error(path):
    with pytest.raises(ValidationError, match="manifest's directory"):
        manifest(path)


@pytest.mark.parametrize("text", ["{}", "[]", '{"schema": "pacslab-manifest/2"}'])
def test_another_file_is_no_manifest(tmp_path, text):
    (tmp_path / "m.json").write_text(text)

    with pytest.raises(ValidationError):
        Manifest.load(tmp_path / "m.json")
