import tomllib
from pathlib import Path

import pytest

from lab import told
from lab.engines import settings
from lab.stations.config import Station

COMPOSE = Path(__file__).parents[3] / "compose"
STATIONS = ("modality", "workstation", "legacy-modality", "stranger", "examiner", "tap")


def station(name):
    return told.read(COMPOSE / f"{name}.toml", Station)


def archive(name):
    return tomllib.loads((COMPOSE / f"{name}.toml").read_text(encoding="utf-8"))


ARCHIVE = {"name": "open", "host": "pacs", "port": 104, "ae_title": "PACS"}


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"archives": [ARCHIVE, ARCHIVE]}, "stands twice"),
        (
            {
                "archives": [ARCHIVE],
                "devices": [{"role": "w", "ae_title": "W", "listens": {"secure": 1}}],
            },
            "listens for 'secure', no archive",
        ),
        ({"archives": [{**ARCHIVE, "port": 0}]}, "port"),
        (
            {"archives": [ARCHIVE], "devices": [{"role": "m", "ae_title": "M", "may": ["fly"]}]},
            "may",
        ),
        ({}, "archives"),
    ],
)
def test_what_contradicts_itself_is_an_error(tables, why):
    with pytest.raises(ValueError, match=why):
        Station.model_validate(tables)


def test_what_a_station_does_not_know_it_says():
    made = Station.model_validate({"archives": [ARCHIVE]})
    assert made.archive("open").ae_title == "PACS"
    with pytest.raises(LookupError, match="no archive 'secure'"):
        made.archive("secure")
    with pytest.raises(LookupError, match="no modality"):
        made.device("modality")


@pytest.mark.parametrize("name", STATIONS)
def test_a_station_of_the_lab_calls_the_archives_where_they_listen(name):
    for known in station(name).archives:
        there = archive(f"pacs-{known.name}")
        assert known.ae_title == there["network_ae"]["ae_title"]
        if known.host != "sidecar":
            assert (known.host, known.port) == (
                f"pacs-{known.name}",
                there["network_connection"]["port"],
            )
            assert known.tls == ("tls" in there.get("controls", {}))
        if known.callback_port is not None:
            assert known.callback_port == there["callback_port"]


@pytest.mark.parametrize("name", STATIONS)
def test_where_a_station_listens_the_archives_call(name):
    for device in station(name).devices:
        for which, port in device.listens.items():
            called = {peer["ae_title"]: peer for peer in archive(f"pacs-{which}")["peers"]}
            assert (called[device.ae_title]["host"], called[device.ae_title]["port"]) == (
                name,
                port,
            )


@pytest.mark.parametrize("name", STATIONS)
def test_a_station_has_the_rights_that_the_hardened_archive_grants(name):
    granted = archive("pacs-secure")["controls"]["permissions"]["rights"]
    for device in station(name).devices:
        assert list(device.may) == granted[device.ae_title]


def test_the_clinics_devices_have_the_rights_they_have_in_one_process():
    granted = archive("pacs-secure")["controls"]["permissions"]["rights"]
    for title, may in settings.RIGHTS.items():
        if title != "READER":  # played by the examiner alone
            assert granted[title] == list(may)
    for role, may in [
        (one.role, one.may) for one in station("examiner").devices if one.role != "legacy"
    ]:
        assert settings.RIGHTS[role.upper()] == may


def test_the_tight_values_are_those_of_one_process_and_those_that_are_asked_about():
    controls = archive("pacs-secure")["controls"]
    assert controls["handshake_deadline"] == {"seconds": settings.HANDSHAKE_DEADLINE}
    assert controls["message_limits"] == {
        "largest": settings.LARGEST,
        "silence": settings.SILENCE,
        "pdu": settings.PDU_DEADLINE,
        "message": settings.MESSAGE_DEADLINE,
    }
    assert controls["query_scope"]["limit"] == settings.MATCHES
    for asked in station("examiner").archives:
        assert asked.handshake_deadline == settings.HANDSHAKE_DEADLINE
        assert (asked.silence, asked.pdu_deadline) == (settings.SILENCE, settings.PDU_DEADLINE)
        assert (asked.largest_message, asked.matches) == (settings.LARGEST, settings.MATCHES)


def test_who_may_find_sees_what_it_sees_in_one_process():
    controls = archive("pacs-secure")["controls"]
    scope = controls["query_scope"]
    for title, may in controls["permissions"]["rights"].items():
        scoped = settings.SCOPE.get(title.removeprefix("EXAM-"))
        sees = {"find", "get", "move", "commit"}.intersection(may)
        assert (title in scope["everything"]) is bool(sees and scoped is None)
        assert tuple(scope["modalities"].get(title, ())) == (scoped or ())


def test_the_hardened_archive_grants_contexts_for_rights_and_nothing_more():
    controls = archive("pacs-secure")["controls"]
    rights = controls["permissions"]["rights"]
    assert controls["presentation_contexts"]["services"] == rights
    assert set(controls["calling_ae"]["titles"]) == set(rights)
    assert set(controls["node_identity"]["certificates"]) == set(rights)
    for title, classes in controls["presentation_contexts"]["storage_classes"].items():
        assert "store" in rights[title]
        assert set(classes) == set(settings.STORES["MODALITY"])


def test_the_stranger_has_no_key_and_no_service_has_anothers():
    assert [device.keys for device in station("stranger").devices] == [None, None]
    assert all(archive.server_name is None for archive in station("stranger").archives)
    assert [device.keys for device in station("legacy-modality").devices] == [None]
