"""Killed again and again in the middle of stores: what was acknowledged is there, whole, once.

``make torture`` does more rounds. Every round kills supervisor and workers at once, at a moment
that nobody chose, and asks the archive that comes back.
"""

import os
import random

import pytest

from tests.torture.senders import Senders, all_is_well

ROUNDS = int(os.environ.get("PACSLAB_TORTURE_ROUNDS", "60")) // 2
"""For each of the two archives."""
MOST = 80
"""Acknowledged instances after which the archive is killed at the latest."""


@pytest.mark.parametrize("kind", ["open", "secure"])
def test_every_acknowledged_instance_survives_being_killed(
    kind, make_forked, make_instance, tmp_path, record_property
):
    archive = make_forked(kind, tmp_path).start()
    acknowledged = 0

    for number in range(ROUNDS):
        with Senders(archive, make_instance, f"2.25.9.{number}") as senders:
            senders.wait_for(random.randint(1, MOST))
            archive.kill()
        archive.start()
        found = archive.retrieve(StudyInstanceUID=senders.study)
        all_is_well(senders, found)
        acknowledged += len(senders.acknowledged)

    record_property("acknowledged", acknowledged)
    record_property("kills", ROUNDS)
    print(f"pacs-{kind}: {acknowledged} stores acknowledged, {ROUNDS} kills, 0 lost")  # noqa: T201
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
