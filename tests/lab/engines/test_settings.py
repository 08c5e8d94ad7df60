"""The TOML of the lab's archives: what was meant is what is read back."""

import tomllib
from datetime import timedelta

import pytest

from lab.engines import compose, settings
from lab.pki import Authority


@pytest.fixture(scope="module")
def identities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    authority = Authority.create(folder / "authority", lifetime=timedelta(hours=1))
    titles = {"modality": "MODALITY", "workstation": "WORKSTATION", "own": "PACS-SECURE"}
    return {
        name: authority.issue(name, folder / name, ae_title=title) for name, title in titles.items()
    }


@pytest.fixture
def secure(identities):
    friends = {name: identity for name, identity in identities.items() if name != "own"}

    def tables(**more):
        return settings.secure_archive(
            port=2762,
            workstation_port=4,
            callback_port=5,
            identities=friends,
            own=identities["own"],
            **more,
        )

    return tables


def test_tables_are_read_back_as_they_were_meant(tmp_path, secure):
    for tables in (
        secure(),
        secure(admit=False),
        settings.open_archive(port=1, workstation_port=2, callback_port=3),
    ):
        settings.write(tmp_path / "pacs.toml", tables, "a lab")
        assert tomllib.loads((tmp_path / "pacs.toml").read_text()) == tables


def test_text_with_quotes_and_backslashes_survives(tmp_path):
    tables = {"archive": {"directory": 'C:\\pacs "one"\u00e9'}}
    settings.write(tmp_path / "pacs.toml", tables, "a lab")
    assert tomllib.loads((tmp_path / "pacs.toml").read_text(encoding="utf-8")) == tables


def test_each_device_is_bound_to_its_own_certificate(secure, identities):
    bound = secure()["controls"]["node_identity"]["fingerprints"]
    assert bound == {
        "MODALITY": [identities["modality"].fingerprint],
        "WORKSTATION": [identities["workstation"].fingerprint],
    }


def test_an_archive_that_admits_nobody_keeps_its_tls_and_has_no_friends(secure):
    controls = secure(admit=False)["controls"]
    assert controls["tls"] == secure()["controls"]["tls"]
    assert controls["calling_ae"]["titles"] == []
    assert controls["permissions"]["rights"] == {}
    assert controls["node_identity"]["fingerprints"] == {}
    assert controls["move_destinations"]["titles"] == []


def test_both_listen_on_loopback_only(secure):
    open_tables = settings.open_archive(port=1, workstation_port=2, callback_port=3)
    for tables in (open_tables, secure()):
        assert tables["network_connection"]["host"] == "127.0.0.1"


def test_the_containers_archive_closed_to_all_is_asked_by_itself_alone(tmp_path):
    tables = settings.read(compose.file().parent / "pacs-secure.toml")
    closed = settings.closed_to_all(tables)
    before, after = tables["controls"], closed["controls"]
    assert after["calling_ae"]["titles"] == ["PACS-SECURE"]
    assert after["move_destinations"]["titles"] == []
    assert set(after["permissions"]["rights"]) == {"PACS-SECURE"}
    assert set(after["presentation_contexts"]["services"]) == {"PACS-SECURE"}
    assert set(after["node_identity"]["certificates"]) == {"PACS-SECURE"}
    assert set(before) == set(after)
    for kept in ("tls", "audit", "called_ae", "handshake_deadline"):
        assert after[kept] == before[kept]
    assert {**closed, "controls": before} == tables

    settings.write(tmp_path / "closed.toml", closed, "closed")
    assert settings.read(tmp_path / "closed.toml") == closed
