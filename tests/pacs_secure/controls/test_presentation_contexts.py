import pytest

from pacs_open.refusals import ContextRejected
from pacs_secure.controls.presentation_contexts import PresentationContexts

ECHO = "1.2.840.10008.1.1"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
PRIVATE, WORKLIST = "1.2.276.0.7230010.3.1.0.1", "1.2.840.10008.5.1.4.31"
SETTINGS = {
    "services": {
        "MODALITY": ["echo", "store"],
        "CT-ONLY": ["echo", "store"],
        "VENDOR": ["store"],
        "WORKSTATION": ["echo", "find", "get", "move"],
        "NOTHING": [],
    },
    "storage_classes": {"CT-ONLY": ["CTImageStorage"], "VENDOR": [PRIVATE], "STRANGER": [CT]},
}


def chosen(control, request, context):
    try:
        control.choose(request, context)
    except ContextRejected as refused:
        return refused.result != 1
    return True


@pytest.mark.parametrize(
    ("calling", "accepted"),
    [
        ("MODALITY", {ECHO, CT, MR}),
        ("CT-ONLY", {ECHO, CT}),
        ("VENDOR", {PRIVATE}),
        ("WORKSTATION", {ECHO, FIND, MOVE, GET, CT, MR}),
        ("NOTHING", set()),
        ("STRANGER", set()),  # storage classes alone are no right
        ("modality", set()),
        ("", set()),
    ],
)
def test_a_device_gets_the_contexts_it_needs_and_no_others(calling, accepted, make_request):
    control = PresentationContexts(**SETTINGS)
    request = make_request(
        calling, contexts=(ECHO, FIND, MOVE, GET, CT, MR, PRIVATE, WORKLIST, "", "1.2")
    )

    got = {
        context.abstract_syntax for context in request.contexts if chosen(control, request, context)
    }

    assert got == accepted


def test_storage_contexts_of_a_reader_come_only_with_a_c_get_context(make_request):
    request = make_request("WORKSTATION", contexts=(CT, FIND, MOVE))

    with pytest.raises(ContextRejected):
        PresentationContexts(**SETTINGS).choose(request, request.contexts[0])


def test_without_settings_no_context_is_accepted(make_request):
    request = make_request(contexts=(ECHO,))

    with pytest.raises(ContextRejected):
        PresentationContexts().choose(request, request.contexts[0])


def test_a_mistyped_sop_class_is_an_error_with_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'CTImageStorage'"):
        PresentationContexts(storage_classes={"MODALITY": ["CTImagesStorage"]})
