from dataclasses import replace

from lab.inbox import Inbox
from lab.loot import Loot
from lab.plunder import Plunder
from lab.target import Door
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.refusals import not_authorized
from pacs_open.server import Server
from pacs_open.values import Dimse


class NoGet(Control):
    name = "no_get"

    def permit(self, operation):
        if operation.service is Dimse.GET:
            raise not_authorized("move only")


def served(tmp_path, planted):
    config = Config.model_validate(
        {
            "archive": {"directory": tmp_path / "planted"},
            "network_connection": {"port": 0},
            "callback_port": planted.callback_port,
        }
    )
    return Server(config, (NoGet(),))


def test_studies_are_listed_once_and_their_images_announced(planted):
    plunder = Plunder(planted)
    way = planted.as_stranger()

    assert plunder.list_studies(way)
    assert plunder.list_studies(way)
    assert plunder.patients == {"SYN-1", "SYN-2", "SYN-3"}
    assert plunder.announced == 6
    assert plunder.listed == "3 patients with 3 studies were listed"


def test_where_get_is_refused_images_are_moved_to_us(planted, tmp_path):
    with served(tmp_path, planted) as server:
        scene = replace(planted, doors=(Door(*server.address),))
        plunder, way = Plunder(scene), scene.as_stranger()
        plunder.list_studies(way)
        with Loot() as loot:
            plunder.take_images(way, loot)

    assert len(loot.images) == 6
    assert plunder.broke_off  # the C-GETs did


def test_where_we_cannot_listen_the_counts_are_lower_bounds(planted, tmp_path):
    with (
        served(tmp_path, planted) as server,
        Inbox(("127.0.0.1", planted.callback_port), "OTHER"),
    ):
        scene = replace(planted, doors=(Door(*server.address),))
        plunder, way = Plunder(scene), scene.as_stranger()
        plunder.list_studies(way)
        with Loot() as loot:
            plunder.take_images(way, loot)

    assert loot.images == {}
    assert plunder.broke_off


def test_nothing_is_taken_where_nothing_was_listed(down):
    plunder, way = Plunder(down), down.as_stranger()

    assert not plunder.list_studies(way)
    with Loot() as loot:
        plunder.take_images(way, loot)
    assert plunder.announced is None
    assert not plunder.broke_off
