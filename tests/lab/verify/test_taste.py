from dataclasses import replace

import pytest

from lab.manners import Manners
from lab.target import Door, Target
from lab.verify.taste import Taste, taste

GENTLE = Manners(cancel_after=2, abort_after=50)


def anybodys(scene):
    return replace(scene, own=False, manners=GENTLE, answer_key=None)


def test_the_proof_is_one_instance_and_persons_are_not_counted(planted):
    exposure, tasted = taste(anybodys(planted))

    assert exposure.text == "L6"
    assert (exposure.patients_obtained, exposure.images_obtained) == (None, 1)
    assert exposure.at_least
    assert exposure.writable is None
    assert tasted.wanted is not None
    assert tasted.cut


def test_persons_are_counted_on_demand_up_to_a_bound(planted):
    counted, _ = taste(anybodys(planted), at_most=100)
    bounded, _ = taste(anybodys(planted), at_most=2)

    assert counted.patients_obtained == 3
    assert (bounded.patients_obtained, bounded.at_least) == (2, True)


def test_evidence_holds_hashes_and_no_names(planted):
    exposure, tasted = taste(anybodys(planted))
    text = " ".join(seen.text for seen in exposure.evidence)

    assert "Muster" not in text
    assert "SYN-" not in text
    assert all(person in text for person in tasted.persons)


def test_hashes_of_two_runs_cannot_be_compared(planted):
    assert not taste(anybodys(planted))[1].persons & taste(anybodys(planted))[1].persons


def test_a_hardened_archive_gives_nothing(right):
    exposure, tasted = taste(anybodys(right))

    assert exposure.level == 1
    assert exposure.images_obtained == 0
    assert tasted.wanted is None


@pytest.mark.parametrize(
    ("shown", "bare", "further"),
    [
        ((1, False), (4, True), True),
        ((4, False), (4, True), True),
        ((4, True), (4, True), False),
        ((5, False), (4, True), False),
    ],
)
def test_where_a_certificate_is_verified_if_present_none_leads_further(
    planted, tmp_path, shown, bare, further
):
    door, tasted = Door("127.0.0.1", 2762, tls=True), Taste(planted)
    way = Target(door, "ANY-SCP", "STRANGER", certificate=tmp_path, key=tmp_path)
    tasted.came(way, shown[0], writable=shown[1])
    tasted.came(way.but(certificate=None, key=None), bare[0], writable=bare[1])
    tasted.came(way.in_plaintext(), 6, writable=True)

    assert tasted.bare_doors == ({door} if further else set())
