"""Killed again and again in the middle of stores: what was acknowledged is there, whole, once.

``make torture`` does more rounds. Every round kills supervisor and workers at once, at a moment
that nobody chose, and asks the archive that comes back.
"""

import contextlib
import os
import random
import threading

import pytest

from pacs_open.errors import PacsError

ROUNDS = int(os.environ.get("PACSLAB_TORTURE_ROUNDS", "60")) // 2
"""For each of the two archives."""
SENDERS = 4
CONTESTED = 5
"""Every so manieth instance is sent by all senders under one UID, each with bytes of its own."""
MOST = 80
"""Acknowledged instances after which the archive is killed at the latest."""


class Senders:
    """Modalities that store one instance after the other until the archive is gone."""

    def __init__(self, archive, make_instance, study):
        self.study = study
        self.acknowledged = set()
        """SOP Instance UID and version."""
        self.sent = set()
        self._archive, self._make = archive, make_instance
        self._more = threading.Condition()
        self._one_at_a_time = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()

    def _send(self, number):
        with contextlib.suppress(PacsError), self._archive.wire() as wire:  # gone, as it shall be
            for count in range(100_000):
                name = "c" if count % CONTESTED == 0 else number
                uid = f"{self.study}.{ord('c') if name == 'c' else name}.{count}"
                with self._one_at_a_time:
                    data = self._make(self.study, uid, number)
                    self.sent.add((uid, number))
                if wire.store(uid, data) == 0x0000:
                    with self._more:
                        self.acknowledged.add((uid, number))
                        self._more.notify_all()

    def wait_for(self, count):
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= count, 60)


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
        _all_is_well(senders, found, make_instance)
        acknowledged += len(senders.acknowledged)

    record_property("acknowledged", acknowledged)
    record_property("kills", ROUNDS)
    print(f"pacs-{kind}: {acknowledged} stores acknowledged, {ROUNDS} kills, 0 lost")  # noqa: T201
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _all_is_well(senders, found, make_instance):
    """Nothing acknowledged is missing; whatever is there is what somebody sent, whole."""
    missing = {uid for uid, _ in senders.acknowledged} - set(found)
    assert not missing, f"acknowledged, and lost: {sorted(missing)}"
    for uid, data in found.items():
        versions = [version for sent, version in senders.sent if sent == uid]
        assert data in [make_instance(senders.study, uid, version) for version in versions], uid
