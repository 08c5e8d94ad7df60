"""TLS policies by name, as :class:`ssl.SSLContext` (PS3.15 B.12; IHE ITI-19 STX: TLS 1.2 floor).

Both are mutual, at least TLS 1.2, without renegotiation or compression, and at OpenSSL's
security level 2 (RSA and DH of 2048 bits, curves of 224, no SHA-1 signatures) whatever the
level of the machine's own configuration is. TLS 1.3 is preferred where both ends have it; its
suites cannot be chosen from Python before 3.15, which is why B.13 is not claimed (see
``decisions/0001``).
"""

import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_RFC_9325 = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
)
"""RFC 9325 4.2, OpenSSL's names."""

_STX_DHE = ("DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256")
"""What ITI-19 3.19.6.2.3 asks for on top; RFC 9325 4.1 would rather not have them."""

FFDHE2048 = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
"""The group of RFC 7919 A.1. Without it OpenSSL never offers a DHE suite."""


@dataclass(frozen=True)
class Policy:
    """A named set of demands on TLS."""

    name: str
    suites: tuple[str, ...]
    """TLS 1.2 suites in order of preference, by OpenSSL's names."""

    @property
    def finite_field(self) -> bool:
        """Whether it has DHE suites, which need a group."""
        return any(suite.startswith("DHE-") for suite in self.suites)


DICOM_B12 = Policy("dicom-b12", _RFC_9325)
IHE_STX12 = Policy("ihe-stx12", _RFC_9325 + _STX_DHE)

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {policy.name: policy for policy in (DICOM_B12, IHE_STX12)}
)


def listening(policy: Policy) -> ssl.SSLContext:
    """Return a context for connections that others open; certificates are still to be loaded."""
    context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), policy)
    context.verify_mode = ssl.CERT_REQUIRED
    if policy.finite_field:
        _load_group(context)
    return context


def dialling(policy: Policy) -> ssl.SSLContext:
    """Return a context for connections that we open: the other end's name is checked, too."""
    context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), policy)
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _strict(context: ssl.SSLContext, policy: Policy) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join((*policy.suites, "@SECLEVEL=2")))
    context.options |= (
        ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    # The end of a stream without a farewell is no TLS fault to us: DICOM has its own, and an
    # alert instead would leave no way to say our last word (A-ABORT) when we stop.
    context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    # ITI-19 3.19.6.1.2: a peer's own certificate, or an intermediate, may be what is trusted.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load_group(context: ssl.SSLContext) -> None:
    """Load ffdhe2048; Python takes DH parameters from a file only."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ffdhe2048.txt"
        path.write_text(FFDHE2048, encoding="ascii")
        context.load_dh_params(str(path))
