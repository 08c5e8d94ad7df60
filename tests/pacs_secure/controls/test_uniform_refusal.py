import pytest

from pacs_open.refusals import (
    AssociationRejected,
    ConnectionDropped,
    ContextRejected,
    DimseRefused,
    called_ae_not_recognized,
    calling_ae_not_recognized,
    local_limit_exceeded,
    no_reason_given,
    not_authorized,
)
from pacs_secure.controls.uniform_refusal import UniformRefusal

WHY = "the true reason"


@pytest.mark.parametrize(
    "telling", [called_ae_not_recognized(WHY), calling_ae_not_recognized(WHY), no_reason_given(WHY)]
)
def test_both_titles_are_answered_alike_and_the_reason_is_kept_for_us(telling, make_peer):
    assert UniformRefusal().voice(telling, make_peer()) == no_reason_given(WHY)


@pytest.mark.parametrize(
    "other",
    [
        local_limit_exceeded(WHY),
        AssociationRejected(WHY, 1, 1, 2),  # application context: nothing about titles
        AssociationRejected(WHY, 1, 2, 1),  # user identity
        AssociationRejected(WHY, 2, 1, 3),
        AssociationRejected(WHY, 1, 3, 7),
        ConnectionDropped(WHY),
        ContextRejected(WHY),
        not_authorized(WHY),
        DimseRefused(WHY, 7),
    ],
)
def test_every_other_refusal_leaves_as_it_is(other, make_peer):
    assert UniformRefusal().voice(other, make_peer()) is other
