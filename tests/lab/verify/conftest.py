"""Archives that are asked as anybody's: one wide open, one hardened, and the identity of a friend."""

import pytest

from lab.target import Door
from lab.verify.address import Address
from lab.verify.identity import Identity
from lab.verify.one import Plan


@pytest.fixture
def plan_for():
    """A plan for a scene's archive, with or without its friends."""

    def make(scene, *, friends=True, **more):
        door: Door = scene.door
        identity = Identity()
        if friends:
            identity = Identity(scene.ae_title, scene.trust, scene.server_name, dict(scene.peers))
        return Plan(Address(door.host, door.host, (door.port,)), identity, **more)

    return make
