import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Dimse
from pacs_secure.controls.permissions import Permissions

RIGHTS = {
    "MODALITY": ["echo", "store"],
    "WORKSTATION": ["echo", "find", "get", "move"],
    "NOTHING": [],
}


@pytest.mark.parametrize("service", Dimse)
@pytest.mark.parametrize("calling", [*RIGHTS, "STRANGER", "modality", "MODALIT", ""])
def test_a_device_does_what_it_has_the_right_to_and_nothing_else(calling, service, make_operation):
    operation = make_operation(service, calling)

    if service in RIGHTS.get(calling, ()):
        Permissions(rights=RIGHTS).permit(operation)
    else:
        with pytest.raises(DimseRefused) as refused:
            Permissions(rights=RIGHTS).permit(operation)
        assert refused.value.status == 0x0124


@pytest.mark.parametrize("service", Dimse)
def test_without_settings_nobody_may_do_anything(service, make_operation):
    with pytest.raises(DimseRefused):
        Permissions().permit(make_operation(service))


@pytest.mark.parametrize("right", ["STORE", "everything", "*", ""])
def test_what_is_no_service_is_an_error_in_the_settings(right):
    with pytest.raises(ValueError):
        Permissions(rights={"MODALITY": [right]})
