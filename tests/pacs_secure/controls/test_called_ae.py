import pytest

from pacs_open.refusals import AssociationRejected
from pacs_secure.controls.called_ae import CalledAE

OURS = ("PACS-SECURE", "ARCHIVE 2")


@pytest.mark.parametrize(
    ("titles", "called", "admitted"),
    [
        (OURS, "PACS-SECURE", True),
        (OURS, "ARCHIVE 2", True),
        (OURS, "PACS-OPEN", False),
        (OURS, "pacs-secure", False),  # case counts
        (OURS, "PACS-SECUR", False),  # a prefix is another name
        (OURS, "PACS-SECURE2", False),
        (OURS, "ARCHIVE  2", False),  # inner spaces count
        (OURS, "PACS\N{HYPHEN}SECURE", False),  # looks alike
        (OURS, "", False),
        ((), "PACS-SECURE", False),  # an empty list admits nobody
        ((), "", False),
    ],
)
def test_only_our_own_names_are_answered(titles, called, admitted, make_request, no_books):
    control = CalledAE(titles=titles)

    if admitted:
        control.admit(make_request(called=called), no_books)
    else:
        with pytest.raises(AssociationRejected) as refused:
            control.admit(make_request(called=called), no_books)
        assert (refused.value.result, refused.value.source, refused.value.reason) == (1, 1, 7)


def test_without_settings_nobody_is_admitted(make_request, no_books):
    with pytest.raises(AssociationRejected):
        CalledAE().admit(make_request(), no_books)


@pytest.mark.parametrize("title", ["", " PACS", "PACS ", "SEVENTEEN-LETTERS", "A\\B", "A\nB"])
def test_what_is_no_ae_title_is_an_error_in_the_settings(title):
    with pytest.raises(ValueError):
        CalledAE(titles=[title])
