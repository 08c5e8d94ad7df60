"""A disk turns read-only under an archive that runs, and back: told by status, and nothing is lost."""

import pytest

from pacs_open.errors import PacsError
from tests.e2e.conftest import until
from tests.torture.power import NEEDED

pytestmark = NEEDED
STUDY = "2.25.9"


@pytest.mark.parametrize("kind", ["open", "secure"])
def test_what_cannot_be_written_is_out_of_resources_and_what_is_held_is_served(
    kind, make_on_disk, make_instance, power
):
    """A700H, Refused: Out of Resources (PS3.4 B.2.3). The audit trail lies on another disk."""
    archive = make_on_disk(kind, "durable").start()
    acknowledged = {}

    def store(number):
        uid = f"{STUDY}.{number}"
        data = make_instance(STUDY, uid)
        with archive.wire() as wire:
            status = wire.store(uid, data)
        if status == 0x0000:
            acknowledged[uid] = data
        return status

    def is_stored(number):
        try:
            return store(number) == 0x0000
        except PacsError:  # a worker on its way out
            return False

    assert {store(number) for number in range(5)} == {0x0000}
    power.turn_read_only()
    assert {store(10 + number) for number in range(5)} == {0xA700}
    assert archive.retrieve(StudyInstanceUID=STUDY) == acknowledged
    power.turn_read_only(yes=False)
    until(lambda: is_stored(20), "the archive on a disk that can be written again")
    assert {store(10 + number) for number in range(5)} == {0x0000}

    assert archive.retrieve(StudyInstanceUID=STUDY) == acknowledged
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
