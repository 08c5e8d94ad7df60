import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Head, Record
from pacs_secure.controls.no_overwrite import NoOverwrite


def record(existing):
    return Record("1.2", "1.2.3", "1.2.840.10008.1.2.1", Head({}), 10, "aa", existing)


def test_what_is_new_may_come(make_operation):
    NoOverwrite().commit(record(None), make_operation())


# The same digest comes here only in another transfer syntax: as other pixels, that is.
@pytest.mark.parametrize("existing", ["bb", "aa", ""])
def test_nothing_replaces_what_is_archived(existing, make_operation):
    with pytest.raises(DimseRefused) as refused:
        NoOverwrite().commit(record(existing), make_operation())

    assert refused.value.status == 0x0111
