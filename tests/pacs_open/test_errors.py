import pytest

from pacs_open import errors


@pytest.mark.parametrize(
    "fault",
    [
        errors.ConfigurationError,
        errors.ArchiveError,
        errors.ArchiveFullError,
        errors.IndexUnavailableError,
        errors.DamagedRecordError,
        errors.DeadlineError,
    ],
)
def test_one_fence_catches_every_fault_of_ours(fault):
    with pytest.raises(errors.PacsError, match="a line for a person"):
        raise fault("a line for a person")


def test_a_full_archive_is_an_archive_fault():
    assert issubclass(errors.ArchiveFullError, errors.ArchiveError)
    assert issubclass(errors.IndexUnavailableError, errors.ArchiveError)


def test_a_protocol_error_carries_the_abort_reason():
    assert errors.ProtocolError("odd PDU", 1).provider_reason == 1
    assert errors.ProtocolError("odd PDU").provider_reason == 0
