import json

import pytest

from pacs_open.errors import ConfigurationError
from pacs_open.values import Dimse
from pacs_secure import admissions
from pacs_secure.config import load

TABLES = {
    "controls": {
        "calling_ae": {"titles": ["MODALITY"]},
        "permissions": {"rights": {"MODALITY": ["store"]}},
        "tls": {"peers": "console.pem"},
    },
    "peers": [{"ae_title": "WORKSTATION", "host": "127.0.0.1", "port": 1}],
}


@pytest.fixture
def folder(tmp_path, clinic):
    (tmp_path / "admitted").mkdir()
    device = clinic.self_made("orthanc")
    (tmp_path / "admitted" / "orthanc.pem").write_bytes(device.certificate.read_bytes())
    return tmp_path / "admitted"


@pytest.fixture
def admit(folder):
    def write(name="orthanc", **said):
        told = {
            "ae_title": "ORTHANC",
            "certificate": "orthanc.pem",
            "may": ["echo", "store"],
        } | said
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in told.items()]
        (folder / f"{name}.toml").write_text("".join(lines))
        return folder

    return write


def controls(tables):
    return tables["controls"]


def test_a_device_stands_in_every_list_that_it_needs(admit):
    folder = admit(may=["echo", "find"])
    merged = controls(admissions.merge(TABLES, folder))

    assert merged["calling_ae"]["titles"] == ["MODALITY", "ORTHANC"]
    assert merged["node_identity"]["certificates"] == {"ORTHANC": [str(folder / "orthanc.pem")]}
    assert merged["permissions"]["rights"] == {"MODALITY": ["store"], "ORTHANC": ["echo", "find"]}
    assert merged["presentation_contexts"]["services"] == {"ORTHANC": ["echo", "find"]}
    assert merged["query_scope"]["everything"] == ["ORTHANC"]
    assert merged["user_identity"]["exempt"] == ["ORTHANC"]
    assert merged["tls"]["peers"] == "console.pem"
    assert "move_destinations" not in merged
    assert controls(TABLES)["calling_ae"]["titles"] == ["MODALITY"]  # left alone


def test_who_only_stores_sees_nothing(admit):
    merged = controls(admissions.merge(TABLES, admit(storage_classes=["CTImageStorage"])))

    assert "query_scope" not in merged
    classes = merged["presentation_contexts"]["storage_classes"]["ORTHANC"]
    assert classes == ["1.2.840.10008.5.1.4.1.1.2"]


def test_a_device_that_listens_may_be_sent_images_to(admit):
    merged = admissions.merge(TABLES, admit(host="192.0.2.7", port=4242))

    assert merged["peers"][1] == {"ae_title": "ORTHANC", "host": "192.0.2.7", "port": 4242}
    assert controls(merged)["move_destinations"]["titles"] == ["ORTHANC"]


def test_a_device_may_be_trusted_by_itself_and_see_less(admit):
    folder = admit(by_itself=True, may=["find"], modalities=["MG"])
    merged = controls(admissions.merge(TABLES, folder))

    assert merged["tls"]["peers"] == ["console.pem", str(folder / "orthanc.pem")]
    assert merged["query_scope"] == {"modalities": {"ORTHANC": ["MG"]}}


def test_a_folder_that_is_not_there_admits_nobody(tmp_path):
    assert admissions.read(tmp_path / "none") == {}
    assert controls(admissions.merge(TABLES, tmp_path / "none")) == controls(TABLES)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"ae_title": "MODALITY"}, "'MODALITY' is taken"),
        ({"may": []}, "may"),
        ({"may": ["delete"]}, "may"),
        ({"ae_title": "seventeen letters"}, "ae_title"),
        ({"rights": ["echo"]}, "rights: unknown key"),
        ({"certificate": "../../key.pem"}, "must lie beside"),
        ({"certificate": "/etc/passwd"}, "must lie beside"),
        ({"host": "192.0.2.7"}, "host and port belong together"),
        ({"port": 104}, "host and port belong together"),
        ({"name": "UPPER"}, "one label of a host name"),
    ],
)
def test_what_cannot_be_obeyed_is_one_line(admit, said, why):
    with pytest.raises(ConfigurationError, match=why) as error:
        admissions.merge(TABLES, admit(**said))
    assert "\n" not in str(error.value)


def test_two_devices_cannot_have_one_title(admit):
    admit("one")
    with pytest.raises(ConfigurationError, match="is taken"):
        admissions.merge(TABLES, admit("two"))


def test_what_is_no_toml_says_which_file(folder):
    (folder / "broken.toml").write_text("nonsense")
    with pytest.raises(ConfigurationError, match=r"broken\.toml: cannot be read"):
        admissions.read(folder)


def test_the_configuration_names_the_folder(admit, tmp_path):
    admit(by_itself=True)
    path = tmp_path / "secure.toml"
    path.write_text('admissions = "admitted"\n[archive]\ndirectory = "archive"\n')
    by_name = {control.name: control for control in load(path)[1]}

    assert by_name["permissions"].rights == {"ORTHANC": {Dimse.ECHO, Dimse.STORE}}
    assert len(by_name["node_identity"].certificates["ORTHANC"][0]) == 64

    path.write_text('admissions = 5\n[archive]\ndirectory = "archive"\n')
    with pytest.raises(ConfigurationError, match="admissions: must be the path of a folder"):
        load(path)
