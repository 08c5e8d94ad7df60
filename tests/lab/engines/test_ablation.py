"""Archives with any choice of controls: each is what the program of that name would be."""

import gc
import multiprocessing
import signal
import socket
import time
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from lab.conversation import SUCCESS
from lab.engines import EngineError, ablation
from lab.engines.ablation import Ablation, Choice, processes
from lab.scenes import chosen_scene
from pacs_secure.controls import CONTROLS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Ablation(tmp_path_factory.mktemp("ablation"), processes())


def test_each_choice_has_the_controls_that_the_options_say(made):
    every = tuple(control.name for control in CONTROLS)
    with (
        made.archive("open", Choice(is_open=True)) as open_,
        made.archive("secure", Choice()) as secure,
        made.archive("only", Choice(only=("node_identity",))) as only,
        made.archive("without", Choice(without=("tls",))) as without,
    ):
        standing = (open_, secure, only, without)
        assert [one.tls for one in standing] == [False, True, True, False]
        assert open_.controls == ()
        assert secure.controls == every
        assert only.controls == ("tls", "node_identity")
        assert "node_identity" not in without.controls
        assert len({one.lab.secure.port for one in standing}) == 4
        assert len({one.lab.workstation_port for one in standing}) == 4
        assert open_.lab.secure.ae_title == "PACS-OPEN"


def test_it_ends_with_its_block(made):
    with made.archive("short", Choice(is_open=True)) as standing:
        address = (standing.lab.secure.host, standing.lab.secure.port)
        socket.create_connection(address).close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_the_settings_are_the_labs_own_with_brisk_values(made):
    with made.archive("settings", Choice()):
        tables = tomllib.loads(
            next((made.lab.folder / "secure").glob("settings-*.toml")).read_text()
        )

    assert tables["controls"]["handshake_deadline"]["seconds"] == 2.5
    assert tables["controls"]["association_limit"]["per_peer"] == 6
    assert tables["controls"]["calling_ae"]["titles"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no signal HUP on this system")
def test_what_one_archive_is_told_is_revoked_no_other_one_is_told(made):
    choice = Choice(only=("tls",))
    with made.archive("told", choice) as told, made.archive("other", choice) as other:
        scenes = [chosen_scene(one.lab, tls=True) for one in (told, other)]
        shown = scenes[0].issue(timedelta(minutes=5))

        def is_served(scene):
            peer = replace(scene.peers["modality"], certificate=shown.certificate, key=shown.key)
            with scene.target(peer).converse() as talk:
                return talk.echo() == SUCCESS

        assert [is_served(scene) for scene in scenes] == [True, True]
        scenes[0].revoke(shown)
        scenes[0].revoke(scenes[0].issue(timedelta(minutes=5)))  # the first one stays revoked
        deadline = time.monotonic() + 20
        while is_served(scenes[0]):
            assert time.monotonic() < deadline
        assert is_served(scenes[1])
    scenes[0].revoke(shown)  # nobody is there to read it


def test_what_hinders_an_archive_is_one_line(made):
    with (
        pytest.raises(
            EngineError, match=r"bad did not start: ConfigurationError: .*unknown control"
        ),
        made.archive("bad", Choice(only=("no_such_control",))),
    ):
        pass


def test_who_dies_at_the_start_or_says_nothing_is_told(made, monkeypatch):
    monkeypatch.setattr(ablation, "serve", _say_nothing)
    with pytest.raises(EngineError, match="it ended"), made.archive("dead", Choice()):
        pass


def _say_nothing(_toml, _log, _choice, pipe):
    pipe.close()


def test_who_works_apart_is_heard_until_the_end(made):
    assert list(made.hear(_count, (3,))) == [0, 1, 2]


def _count(to, pipe):
    for number in range(to):
        pipe.send(number)


def test_who_works_apart_searches_for_garbage_only_among_what_is_its_own(made):
    ((all_before, enabled),) = made.hear(_look, ())

    assert all_before > 10_000
    assert enabled


def _look(pipe):
    pipe.send((gc.get_freeze_count(), gc.isenabled()))


def test_who_does_not_end_is_ended(made, monkeypatch):
    monkeypatch.setattr(ablation, "STOP_WITHIN", 0.2)
    heard = made.hear(_stay, ())

    assert next(heard) == "here"
    heard.close()
    assert not [one for one in multiprocessing.active_children() if one.is_alive()]


def _stay(pipe):
    pipe.send("here")
    multiprocessing.Event().wait()


def test_where_nothing_can_fork_processes_are_spawned(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])

    assert processes().get_start_method() == "spawn"
