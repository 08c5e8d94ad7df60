"""The caller by itself; what it makes of each face is in test_table."""

from pathlib import Path

from lab.rogue.caller import COLUMNS, Check, Trust, goes_on
from lab.rogue.faces import Face


def test_every_check_has_its_column_and_the_first_leaves_none_out():
    assert (None, *Check) == COLUMNS


def test_where_nobody_listens_nobody_goes_on(identities):
    own = identities["visitor"]
    trust = Trust(own.trust, own.trust.parent.parent / "crl.pem", "x")
    face = Face("nobody", "that is not there", None, "", Path(own.certificate))

    assert not goes_on(face, ("127.0.0.1", 1), trust, None)
