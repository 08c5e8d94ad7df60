"""What verify says of archives that no one here wrote, beside what their owner knows of them.

``open`` is the whole truth: the questions whose honest answer is yes. Nothing else may fail, and
none of them may pass, whoever asks.
"""

from dataclasses import dataclass

import pytest

from lab.verdict import Verdict
from tests.e2e.verify import servers
from tests.e2e.verify.servers import (
    TITLE,
    Server,
    dcmqrscp,
    fill,
    orthanc,
    storescp,
    stunnel,
    talking,
)

ANY_CALLED = frozenset({"unknown_called_ae", "guess_ae_titles"})
ANY_CALLING = frozenset({"unknown_calling_ae"})
ANY_TITLE = ANY_CALLED | ANY_CALLING
NO_TLS = frozenset({"plaintext_on_tls_port", "no_client_certificate"})
READABLE = frozenset({"read_names_off_the_wire"})
LEAKS = frozenset({"list_patients", "retrieve_images"})
WRITABLE = frozenset({"store_by_stranger"})
NO_CERTIFICATE = frozenset({"no_client_certificate"})
ANY_CERTIFICATE = frozenset({"unknown_ca_certificate", "self_signed_certificate"}) | NO_CERTIFICATE
NO_CRL = frozenset(
    {"revoked_certificate", "without_crl_certificate", "missing_intermediate_certificate"}
)
"""No list was given to any of them; the intermediate lies in their own bundle."""
WEAK_CERTIFICATE = frozenset({"weak_rsa_certificate", "sha1_certificate"})
OLD_TLS = frozenset({"tls_1_0", "tls_1_1", "static_rsa"})
KNOWN = (
    *(ANY_TITLE | NO_TLS | READABLE | LEAKS | WRITABLE | ANY_CERTIFICATE | NO_CRL),
    *(WEAK_CERTIFICATE | OLD_TLS),
    *("ssl_3_0", "null_cipher", "anonymous_suite", "weak_cipher", "corrupted_certificate"),
    *("wrong_key_certificate", "expired_certificate", "not_yet_valid_certificate"),
    *("wrong_key_usage_certificate", "intermediate_without_ca_certificate", "move_to_stranger"),
)
"""The questions whose answer is known for every server here."""


@dataclass(frozen=True)
class Known:
    """One server, and what its owner knows."""

    name: str
    program: str
    server: Server
    exposure: str
    open: frozenset[str]
    """Questions whose honest answer is yes."""
    profile: str = ""


ALLOW = {"DicomAlwaysAllowFind": True, "DicomAlwaysAllowGet": True, "DicomAlwaysAllowMove": True}
FORBID = {"DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False}
RETIRED_B3 = "retired profile B.3"
B12, B9 = "satisfies B.12", "retired profile B.9"

SERVERS = (
    Known(
        "orthanc_as_delivered",
        "Orthanc",
        orthanc(friend=False),
        "L4+W",
        ANY_TITLE | NO_TLS | WRITABLE,
    ),
    Known(
        "orthanc_called_title",
        "Orthanc",
        orthanc(DicomCheckCalledAet=True),
        "L2",
        ANY_CALLING | NO_TLS | WRITABLE | READABLE,
    ),
    Known(
        "orthanc_known_modalities",
        "Orthanc",
        orthanc(**FORBID),
        "L2",
        ANY_CALLED | NO_TLS | READABLE,
    ),
    Known(
        "orthanc_wide_open",
        "Orthanc",
        orthanc(**ALLOW),
        "L6+W",
        ANY_TITLE | NO_TLS | WRITABLE | READABLE | LEAKS,
    ),
    Known(
        "orthanc_tls",
        "Orthanc",
        orthanc(tls=True),
        "L4+W",
        ANY_TITLE | NO_CERTIFICATE | OLD_TLS,
        B9,
    ),
    Known(
        "orthanc_mutual_tls",
        "Orthanc",
        orthanc(tls=True, certificate=True),
        "L1",
        ANY_TITLE | OLD_TLS | NO_CRL | WEAK_CERTIFICATE,
        B9,
    ),
    Known("dcmqrscp_peers", "dcmqrscp", dcmqrscp("us"), "L2", NO_TLS | READABLE),
    Known(
        "dcmqrscp_any",
        "dcmqrscp",
        dcmqrscp("ANY"),
        "L2",
        ANY_CALLING | NO_TLS | READABLE | LEAKS | WRITABLE,
    ),
    Known("storescp", "storescp", storescp(), "L4+W", ANY_TITLE | NO_TLS | WRITABLE),
    Known(
        "storescp_promiscuous", "storescp", storescp("-pm"), "L4+W", ANY_TITLE | NO_TLS | WRITABLE
    ),
    Known(
        "storescp_require",
        "storescp",
        storescp("-rc", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE,
        B12,
    ),
    Known(
        "storescp_verify",
        "storescp",
        storescp("-vc", tls=True, certificate=True),
        "L4+W",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | NO_CERTIFICATE,
        B12,
    ),
    Known(
        "storescp_ignore",
        "storescp",
        storescp("-ic", tls=True),
        "L4+W",
        ANY_TITLE | ANY_CERTIFICATE | WRITABLE,
        B12,
    ),
    Known(
        "storescp_bcp195",
        "storescp",
        storescp("-rc", "+px", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | OLD_TLS,
        B9,
    ),
    Known(
        "storescp_extended",
        "storescp",
        storescp("-rc", "+pz", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE,
        B12,
    ),
    Known(
        "storescp_aes",
        "storescp",
        storescp("-rc", "+pa", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | OLD_TLS,
        RETIRED_B3,
    ),
    Known(
        "stunnel_no_certificates",
        "stunnel4",
        stunnel(),
        "L2",
        ANY_CALLING | ANY_CERTIFICATE | LEAKS | WRITABLE | {"static_rsa"},
        B12,
    ),
    Known(
        "stunnel_certificates",
        "stunnel4",
        stunnel(certificate=True),
        "L1",
        ANY_CALLING | NO_CRL | {"static_rsa"},
        B12,
    ),
    Known(
        "stunnel_tls_1_2",
        "stunnel4",
        stunnel("sslVersion = TLSv1.2", certificate=True),
        "L1",
        ANY_CALLING | NO_CRL | {"static_rsa"},
        B12,
    ),
    Known(
        "stunnel_tls_1_3",
        "stunnel4",
        stunnel("sslVersion = TLSv1.3", certificate=True),
        "L1",
        ANY_CALLING | NO_CRL,
        "TLS 1.3 alone",
    ),
    Known(
        "stunnel_tls_1_0",
        "stunnel4",
        stunnel("sslVersion = TLSv1", "ciphers = ALL:@SECLEVEL=0"),
        "L2",
        ANY_CALLING | ANY_CERTIFICATE | LEAKS | WRITABLE | OLD_TLS | {"anonymous_suite"},
        RETIRED_B3,
    ),
)
NO_ARCHIVES = {
    "a plain TCP sink": (talking(b""), "L1"),
    "an HTTP server": (talking(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), "L1"),
    "a port that never answers": (talking(None), "L1"),
    "a closed port": (servers.closed, "L0"),
}


def by_verdict(verified, verdict):
    return {one.id for one in verified.report.probes if one.verdict is verdict and one.id in KNOWN}


def every_server():
    marks = {"stunnel4": ("stunnel4", "dcmqrscp")}
    for known in SERVERS:
        programs = marks.get(known.program, (known.program,))
        yield pytest.param(known, id=known.name, marks=pytest.mark.program(*programs))


@pytest.mark.parametrize("known", list(every_server()))
def test_a_server_is_told_as_its_owner_knows_it(known, bench, as_stranger, as_friend, tmp_path):
    with known.server(bench, tmp_path) as stands:
        fill(bench, stands)
        stranger, friend = as_stranger(stands), as_friend(stands)

    assert stranger.report.exposure.text == known.exposure
    assert friend.report.positive_control.ok, friend.report.positive_control
    assert by_verdict(friend, Verdict.FAIL) == known.open
    assert not by_verdict(friend, Verdict.INCONCLUSIVE)
    assert by_verdict(stranger, Verdict.FAIL) <= known.open
    assert not by_verdict(stranger, Verdict.PASS) & known.open
    said = " ".join(seen.text for seen in friend.report.information)
    assert known.profile in said


@pytest.mark.parametrize("name", NO_ARCHIVES)
def test_what_is_no_archive_is_never_secure(name, bench, as_stranger, as_friend, tmp_path):
    server, exposure = NO_ARCHIVES[name]
    with server(bench, tmp_path) as stands:
        for verified in (as_stranger(stands), as_friend(stands)):
            assert verified.report.exposure.text == exposure
            assert {one.verdict for one in verified.report.probes} == {Verdict.INCONCLUSIVE}
            assert verified.exit_code == 3


@pytest.mark.program("dcmqrscp")
def test_a_title_out_of_a_conformance_statement_opens_an_archive(bench, as_stranger, tmp_path):
    """As in 2023: the vendor prints the title, and nothing else was in the way."""
    with dcmqrscp("ANY")(bench, tmp_path) as stands:
        fill(bench, stands)
        without, with_it = as_stranger(stands), as_stranger(stands, titles=(TITLE,))

    assert (without.report.exposure.text, with_it.report.exposure.text) == ("L2", "L6+W")
    assert by_verdict(with_it, Verdict.FAIL) >= LEAKS
