from pathlib import Path

import pytest

from lab import told
from lab.certificates import Usage
from lab.issuing.plan import IdentityTable, Issuing

COMPOSE = Path(__file__).parents[3] / "compose" / "pki.toml"


def test_a_device_that_listens_gets_a_certificate_for_it():
    call, listen = (
        IdentityTable(name="ct", ae_title="CT", directory="/keys", listens=listens).usage
        for listens in (False, True)
    )
    assert (call, listen) == (Usage.CALLS, Usage.CALLS_AND_LISTENS)


@pytest.mark.parametrize("name", ["", "CT", "a b", "../x", "-a", "a.b", "a" * 64])
def test_a_name_is_a_label_of_a_host_name(name):
    with pytest.raises(ValueError):
        IdentityTable(name=name, ae_title="CT", directory="/keys")


def test_the_lab_of_containers_gives_nobody_anothers_folder():
    plan = told.read(COMPOSE, Issuing)
    folders = [table.directory for table in plan.identities]
    assert len(set(folders)) == len(folders)
    assert len({table.name for table in plan.identities}) == len(folders)
    assert plan.bad_certificates.directory not in folders
    assert not any(plan.authority in (one, *one.parents) for one in folders)
