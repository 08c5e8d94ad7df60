import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Head, Record
from pacs_secure.controls.no_overwrite import NoOverwrite


def record(existing):
    return Record("1.2", "1.2.3", "1.2.840.10008.1.2.1", Head({}), 10, "aa", existing)


@pytest.mark.parametrize("existing", [None, "aa"])
def test_what_is_new_or_the_same_may_come(existing, make_operation):
    NoOverwrite().commit(record(existing), make_operation())


@pytest.mark.parametrize("existing", ["bb", "AA", ""])
def test_other_bytes_under_an_archived_uid_are_refused(existing, make_operation):
    with pytest.raises(DimseRefused) as refused:
        NoOverwrite().commit(record(existing), make_operation())

    assert refused.value.status == 0x0111
