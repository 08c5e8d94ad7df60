"""A replica is the hardened archive: what it is told differs in nothing but index and balancer."""

from pathlib import Path

from sqlalchemy import make_url

from pacs_open.config import read_toml

COMPOSE = Path(__file__).parents[2] / "compose"


def test_a_replica_is_the_hardened_archive_with_its_index_on_a_server():
    hardened, replica = (
        read_toml(COMPOSE / name) for name in ("pacs-secure.toml", "clinic-scale.toml")
    )
    url = make_url(replica["archive"].pop("index"))

    assert replica["network_connection"].pop("proxies") == ["balancer"]
    assert replica == hardened
    assert url.password is None
    assert url.query["sslmode"] == "verify-full"
