"""The power fails: what was not synced is gone, what was acknowledged is there.

A killed process leaves its writes to the kernel; only a file system that forgets them shows
whether an archive waits for the disk. That it does forget is shown by a relaxed archive, which
promises nothing, and loses.
"""

import os
import random

import pytest

from tests.torture.power import NEEDED
from tests.torture.senders import Senders, all_is_well

ROUNDS = int(os.environ.get("PACSLAB_TORTURE_ROUNDS", "60")) // 12
"""For each of the two archives; starting is slower here."""

pytestmark = NEEDED


def _fail_amid_stores(archive, power, make_instance, study, least):
    with Senders(archive, make_instance, study) as senders:
        senders.wait_for(random.randint(least, least + 40))
        archive.kill()
    power.fail()
    power.on()
    archive.start()
    return senders


@pytest.mark.parametrize("kind", ["open", "secure"])
def test_what_is_acknowledged_outlives_a_power_failure(kind, make_on_disk, make_instance, power):
    archive = make_on_disk(kind, "durable").start()
    acknowledged = 0
    for number in range(ROUNDS):
        senders = _fail_amid_stores(archive, power, make_instance, f"2.25.9.{number}", 1)
        all_is_well(senders, archive.retrieve(StudyInstanceUID=senders.study))
        acknowledged += len(senders.acknowledged)

    print(f"pacs-{kind}: {acknowledged} stores acknowledged, {ROUNDS} power failures, 0 lost")  # noqa: T201
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_disk_does_forget_a_relaxed_archive_loses(make_on_disk, make_instance, power):
    """Else the test above would prove nothing."""
    archive = make_on_disk("open", "relaxed").start()
    senders = _fail_amid_stores(archive, power, make_instance, "2.25.9.1", 30)
    found = archive.retrieve(StudyInstanceUID=senders.study)
    assert {uid for uid, _ in senders.acknowledged} - set(found)
    for uid, data in found.items():  # even so, nothing half is served
        assert data in senders.versions(uid)
    assert archive.stop() == 0
