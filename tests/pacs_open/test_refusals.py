import contextlib

import pytest

from pacs_open import refusals


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (refusals.called_ae_not_recognized, (1, 1, 7)),
        (refusals.calling_ae_not_recognized, (1, 1, 3)),
        (refusals.no_reason_given, (1, 1, 1)),
        (refusals.local_limit_exceeded, (2, 3, 2)),
    ],
)
def test_a_rejection_carries_result_source_and_reason(make, code):
    refusal = make("because")

    assert (refusal.result, refusal.source, refusal.reason) == code
    assert refusal.why == "because"


@pytest.mark.parametrize(
    ("make", "status"),
    [(refusals.not_authorized, 0x0124), (refusals.move_destination_unknown, 0xA801)],
)
def test_a_dimse_refusal_carries_its_status_and_a_short_comment(make, status):
    refusal = make("because")

    assert refusal.status == status
    assert 0 < len(refusal.comment) <= 64
    assert "because" not in refusal.comment


def test_a_refusal_can_leave_a_context_manager():
    # contextlib writes to the exception; a frozen dataclass would answer with an error of its own
    @contextlib.contextmanager
    def room():
        yield

    with pytest.raises(refusals.ContextRejected), room():
        raise refusals.ContextRejected("because")


def test_refusals_compare_by_what_they_say():
    assert refusals.DimseRefused("a", 0x0124) == refusals.DimseRefused("a", 0x0124)
    assert refusals.DimseRefused("a", 0x0124) != refusals.DimseRefused("a", 0x0122)
