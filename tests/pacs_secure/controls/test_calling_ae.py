import pytest

from pacs_open.refusals import AssociationRejected, ConnectionDropped
from pacs_secure.controls.calling_ae import CallingAE

KNOWN = ("MODALITY", "WORKSTATION")


@pytest.mark.parametrize(
    ("titles", "calling", "admitted"),
    [
        (KNOWN, "MODALITY", True),
        (KNOWN, "WORKSTATION", True),
        (KNOWN, "STRANGER", False),
        (KNOWN, "Modality", False),
        (KNOWN, "MODALIT", False),
        (KNOWN, "MODALITY2", False),
        (KNOWN, "MODALITY\\WORKSTATION", False),
        (KNOWN, "", False),
        ((), "MODALITY", False),
        ((), "", False),
    ],
)
def test_only_known_names_are_admitted(titles, calling, admitted, make_request, no_books):
    control = CallingAE(titles=titles)

    if admitted:
        control.admit(make_request(calling), no_books)
    else:
        with pytest.raises(AssociationRejected) as refused:
            control.admit(make_request(calling), no_books)
        assert (refused.value.result, refused.value.source, refused.value.reason) == (1, 1, 3)


def test_without_settings_nobody_is_admitted(make_request, no_books):
    with pytest.raises(AssociationRejected):
        CallingAE().admit(make_request(), no_books)


def test_the_called_name_does_not_matter_here(make_request, no_books):
    CallingAE(titles=KNOWN).admit(make_request("MODALITY", "NOBODY"), no_books)


def test_whose_name_was_taken_off_the_list_may_not_remain(make_request):
    CallingAE(titles=KNOWN).remain(make_request("MODALITY"))
    with pytest.raises(ConnectionDropped, match="is gone"):
        CallingAE(titles=KNOWN).remain(make_request("STRANGER"))
    with pytest.raises(ConnectionDropped):
        CallingAE().remain(make_request("MODALITY"))
