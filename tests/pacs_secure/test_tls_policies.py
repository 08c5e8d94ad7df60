import ssl

import pytest

from pacs_secure import tls_policies
from pacs_secure.tls_policies import DICOM_B12, IHE_STX12, POLICIES


def old_suites(context):
    """Names of the suites below TLS 1.3."""
    return {suite["name"] for suite in context.get_ciphers() if suite["protocol"] != "TLSv1.3"}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("make", [tls_policies.listening, tls_policies.dialling])
def test_a_context_is_strict_whichever_way_it_goes(policy, make):
    context = make(policy)

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_CIPHER_SERVER_PREFERENCE
    assert old_suites(context) == set(policy.suites)
    assert context.check_hostname is (make is tls_policies.dialling)


def test_b12_has_the_four_suites_of_rfc_9325_and_no_other():
    assert set(DICOM_B12.suites) == {
        f"ECDHE-{signature}-AES{bits}"
        for signature in ("RSA", "ECDSA")
        for bits in ("128-GCM-SHA256", "256-GCM-SHA384")
    }


def test_stx_adds_two_suites_after_the_better_ones():
    assert IHE_STX12.suites[: len(DICOM_B12.suites)] == DICOM_B12.suites
    assert IHE_STX12.finite_field
    assert not DICOM_B12.finite_field
