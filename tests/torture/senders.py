"""Modalities that store, and what must be found of it afterwards."""

import contextlib
import threading

from pacs_open.errors import PacsError

SENDERS = 4
CONTESTED = 5
"""Every so manieth instance is sent by all senders under one UID, each with bytes of its own."""


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

    def versions(self, uid):
        """What was sent under a UID."""
        return [self._make(self.study, uid, version) for sent, version in self.sent if sent == uid]


def all_is_well(senders, found):
    """Nothing acknowledged is missing; whatever is there is what somebody sent, whole."""
    missing = {uid for uid, _ in senders.acknowledged} - set(found)
    assert not missing, f"acknowledged, and lost: {sorted(missing)}"
    for uid, data in found.items():
        assert data in senders.versions(uid), uid
