"""Servers that no one here wrote, and what their owner knows of each: the verdict of every question.

``open`` are the questions whose honest answer is yes. From it and from what the server can do
follows every other verdict, of a friend's visit and of a stranger's; whatever else verify says is
wrong, be it too good or too bad.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.probes import PROBES
from lab.verdict import Verdict
from tests.e2e.verify.servers import Server, dcmqrscp, orthanc, storescp, stunnel

ANY_CALLED = frozenset({"unknown_called_ae", "called_title_case", "guess_ae_titles"})
ANY_CALLING = frozenset({"unknown_calling_ae", "calling_title_case"})
ORACLE = frozenset({"ae_title_oracle"})
"""The two titles are answered differently; who takes any title answers a wrong one with success."""
ANY_TITLE = ANY_CALLED | ANY_CALLING | ORACLE
NO_TLS = frozenset({"plaintext_on_tls_port", "no_client_certificate"})
READABLE = frozenset({"read_names_off_the_wire"})
LEAKS = frozenset({"list_patients", "retrieve_images"})
WELCOME = frozenset({"store_by_stranger", "common_calling_titles"})
MOVES = frozenset({"move_in_plaintext", "move_to_impostor"})
"""None of them uses TLS when it sends, so that a friend's images go to whoever has the address."""
NO_CERTIFICATE = frozenset({"no_client_certificate"})
SELF_MADE = frozenset({"unknown_ca_certificate", "self_signed_certificate"})
NO_CRL = frozenset(
    {"revoked_certificate", "without_crl_certificate", "missing_intermediate_certificate"}
)
"""No list was given to any of them; the intermediate lies in their own bundle."""
WEAK_CERTIFICATE = frozenset({"weak_rsa_certificate", "sha1_certificate"})
OLD_TLS = frozenset({"tls_1_0", "tls_1_1", "static_rsa"})
EVERYWHERE = frozenset({"guess_ae_titles_fast", "silent_connection"})
"""None of them counts refusals, and none ends a silent connection within seconds."""

SUITES = frozenset({"ssl_3_0", "null_cipher", "anonymous_suite", "weak_cipher", *OLD_TLS})
CASES = frozenset(
    {
        *("corrupted_certificate", "wrong_key_certificate", "expired_certificate"),
        *("not_yet_valid_certificate", "wrong_key_usage_certificate"),
        *("intermediate_without_ca_certificate", *NO_CRL, *WEAK_CERTIFICATE),
    }
)
"""Asked with certificates of the server's own authority."""
PASSING = frozenset(
    {"resumed_after_expiry", "resumed_after_revocation", "standing_after_revocation"}
)
"""Asked with certificates that are issued during the visit."""
OF_TLS = SUITES | CASES | PASSING | SELF_MADE
ABOUT_IMAGES = LEAKS - {"list_patients"} | READABLE | MOVES | {"move_to_stranger"}
"""Asked about an image that is known to be there."""
NEVER_ASKED = {
    "the lab's own archives only": {one.id for one in PROBES if one.exhausts or one.malforms},
    "two identities are needed": {"borrowed_ae_title"},
    "nobody said what the friend may": {
        *("list_beyond_rights", "retrieve_beyond_rights", "move_beyond_rights"),
        *("store_beyond_rights", "find_beyond_scope", "get_beyond_scope", "move_beyond_scope"),
        *("unneeded_contexts", "overwrite_instance", "deflated_images"),
    },
    "it holds one study": {"universal_query"},
    "none of them demands a user": {
        *("no_user_identity", "username_without_proof", "wrong_passcode", "forged_token"),
        *("unsigned_token", "confused_token", "expired_token", "foreign_token"),
    },
}
"""By the reason."""

TOLD_OF_TITLE = frozenset({"unknown_called_ae", "guess_ae_titles"})
"""What a stranger learns from "called AE title not recognized"."""
TOLD_OF_CALLER = frozenset({"list_patients", "unknown_calling_ae", *WELCOME})
"""And from "calling AE title not recognized"."""
TOLD_OF_OWN = SELF_MADE
"""And from the alert that refuses a certificate of his own making."""
TOLD_OF_NONE = SELF_MADE | {"list_patients", "store_by_stranger"}
"""And where none is taken instead of it."""
TOLD_OF_1_3 = TOLD_OF_NONE | NO_CERTIFICATE
"""And where TLS 1.3 says that one is required; TLS 1.2 has but a handshake failure for that."""


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
    """Words of the TLS profile; empty: it speaks plaintext."""
    told: frozenset[str] = frozenset()
    """What the wire itself tells a stranger, beside the kinds of TLS that are refused."""
    cases: bool = False
    """Whether its friends show a certificate, so that bad ones can be shown instead."""
    images: bool = True
    """Whether a friend finds images there."""
    listens: bool = True
    """Whether it knows where the friend listens."""
    vague: frozenset[str] = frozenset()
    """Refused in words that name no cause: only beside a friend this is a pass."""
    unsettled: frozenset[str] = frozenset()
    """Asked, and settled by no answer: Orthanc answers a C-MOVE to a title that it does not know
    with C000H, which names no cause; only a listener of ours could show whom it called."""

    @property
    def lets_strangers_in(self) -> bool:
        """L3 and more: an association without anything that was issued."""
        return self.exposure[:2] > "L2"


def to_a_friend(known: Known) -> Mapping[str, Verdict]:
    """The verdict of every question, asked with an authorised identity."""
    verdicts = dict.fromkeys((one.id for one in PROBES), Verdict.PASS)
    verdicts |= _all(known.open | EVERYWHERE, Verdict.FAIL)
    return verdicts | _not_asked(known, friend=True)


def to_a_stranger(known: Known) -> Mapping[str, Verdict]:
    """The same without any identity: what is refused without a cause proves nothing."""
    verdicts = dict.fromkeys((one.id for one in PROBES), Verdict.INCONCLUSIVE)
    verdicts |= _all(known.told | (SUITES - known.vague), Verdict.PASS)
    verdicts |= _all(_seen_by_strangers(known), Verdict.FAIL)
    return verdicts | _not_asked(known, friend=False)


def _seen_by_strangers(known: Known) -> frozenset[str]:
    if known.lets_strangers_in:
        return known.open | EVERYWHERE
    speaks_dicom = known.exposure >= "L2"
    return known.open & SUITES | (EVERYWHERE if speaks_dicom else {"silent_connection"})


def _not_asked(known: Known, *, friend: bool) -> Mapping[str, Verdict]:
    tls = bool(known.profile)
    verdicts = {} if tls else _all(OF_TLS, Verdict.NOT_APPLICABLE)
    without = set().union(*NEVER_ASKED.values(), known.unsettled)
    if tls:
        without |= PASSING if friend and known.cases else PASSING | CASES
    if not (friend and known.images):
        without |= {*ABOUT_IMAGES, "move_outside_table"}
        without -= LEAKS if known.exposure.startswith("L6") else set()
    if not known.listens:
        without |= {*MOVES, "move_outside_table"}
    return verdicts | _all(without, Verdict.NOT_TESTED)


def _all(ids: Iterable[str], verdict: Verdict) -> dict[str, Verdict]:
    return dict.fromkeys(ids, verdict)


ALLOW = {"DicomAlwaysAllowFind": True, "DicomAlwaysAllowGet": True, "DicomAlwaysAllowMove": True}
FORBID = {"DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False}
RETIRED_B3 = "retired profile B.3"
B12, B9 = "satisfies B.12", "retired profile B.9"
ELSEWHERE = frozenset({"move_outside_table"})
UNNAMED = frozenset({"tls_1_0", "tls_1_1"})
"""Without sslVersion stunnel4 says "internal error" to an old version."""

SERVERS = (
    Known(
        "orthanc_as_delivered",
        "Orthanc",
        orthanc(friend=False),
        "L4+W",
        ANY_TITLE | NO_TLS | WELCOME,
        images=False,
    ),
    Known(
        "orthanc_called_title",
        "Orthanc",
        orthanc(DicomCheckCalledAet=True),
        "L2",
        ANY_CALLING | ORACLE | {"called_title_case"} | NO_TLS | WELCOME | READABLE | MOVES,
        told=TOLD_OF_TITLE,
        unsettled=ELSEWHERE,
    ),
    Known(
        "orthanc_known_modalities",
        "Orthanc",
        orthanc(**FORBID),
        "L2",
        ANY_CALLED | ORACLE | {"calling_title_case"} | NO_TLS | READABLE | MOVES,
        told=TOLD_OF_CALLER,
        unsettled=ELSEWHERE,
    ),
    Known(
        "orthanc_wide_open",
        "Orthanc",
        orthanc(**ALLOW),
        "L6+W",
        ANY_TITLE | NO_TLS | WELCOME | READABLE | LEAKS | MOVES,
        unsettled=ELSEWHERE | {"move_to_stranger"},
    ),
    Known(
        "orthanc_tls",
        "Orthanc",
        orthanc(tls=True),
        "L4+W",
        ANY_TITLE | NO_CERTIFICATE | WELCOME | OLD_TLS | MOVES,
        B9,
        told=TOLD_OF_OWN,
        unsettled=ELSEWHERE,
    ),
    Known(
        "orthanc_mutual_tls",
        "Orthanc",
        orthanc(tls=True, certificate=True),
        "L1",
        ANY_TITLE | OLD_TLS | NO_CRL | WEAK_CERTIFICATE | MOVES,
        B9,
        told=TOLD_OF_1_3,
        cases=True,
        unsettled=ELSEWHERE,
    ),
    Known(
        "dcmqrscp_peers",
        "dcmqrscp",
        dcmqrscp("us"),
        "L2",
        NO_TLS | READABLE | MOVES,
        told=TOLD_OF_TITLE,
    ),
    Known(
        "dcmqrscp_any",
        "dcmqrscp",
        dcmqrscp("ANY"),
        "L2",
        ANY_CALLING | ORACLE | NO_TLS | READABLE | LEAKS | WELCOME | MOVES,
        told=TOLD_OF_TITLE,
    ),
    Known(
        "storescp",
        "storescp",
        storescp(),
        "L4+W",
        ANY_TITLE | NO_TLS | WELCOME,
        images=False,
    ),
    Known(
        "storescp_promiscuous",
        "storescp",
        storescp("-pm"),
        "L4+W",
        ANY_TITLE | NO_TLS | WELCOME,
        images=False,
    ),
    Known(
        "storescp_require",
        "storescp",
        storescp("-rc", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE,
        B12,
        told=TOLD_OF_1_3,
        cases=True,
        images=False,
    ),
    Known(
        "storescp_verify",
        "storescp",
        storescp("-vc", tls=True, certificate=True),
        "L4+W",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | NO_CERTIFICATE | WELCOME,
        B12,
        told=TOLD_OF_OWN,
        cases=True,
        images=False,
    ),
    Known(
        "storescp_ignore",
        "storescp",
        storescp("-ic", tls=True),
        "L4+W",
        ANY_TITLE | NO_CERTIFICATE | SELF_MADE | WELCOME,
        B12,
        images=False,
    ),
    Known(
        "storescp_bcp195",
        "storescp",
        storescp("-rc", "+px", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | OLD_TLS,
        B9,
        told=TOLD_OF_1_3,
        cases=True,
        images=False,
    ),
    Known(
        "storescp_extended",
        "storescp",
        storescp("-rc", "+pz", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE,
        B12,
        told=TOLD_OF_NONE,
        cases=True,
        images=False,
    ),
    Known(
        "storescp_aes",
        "storescp",
        storescp("-rc", "+pa", tls=True, certificate=True),
        "L1",
        ANY_TITLE | NO_CRL | WEAK_CERTIFICATE | OLD_TLS,
        RETIRED_B3,
        told=TOLD_OF_NONE,
        cases=True,
        images=False,
    ),
    Known(
        "stunnel_no_certificates",
        "stunnel4",
        stunnel(),
        "L2",
        ANY_CALLING | ORACLE | NO_CERTIFICATE | SELF_MADE | LEAKS | WELCOME | {"static_rsa"},
        B12,
        told=TOLD_OF_TITLE,
        listens=False,
        vague=UNNAMED,
    ),
    Known(
        "stunnel_certificates",
        "stunnel4",
        stunnel(certificate=True),
        "L1",
        ANY_CALLING | ORACLE | NO_CRL | {"static_rsa"},
        B12,
        told=TOLD_OF_1_3,
        cases=True,
        listens=False,
        vague=UNNAMED,
    ),
    Known(
        "stunnel_tls_1_2",
        "stunnel4",
        stunnel("sslVersion = TLSv1.2", certificate=True),
        "L1",
        ANY_CALLING | ORACLE | NO_CRL | {"static_rsa"},
        B12,
        told=TOLD_OF_NONE,
        cases=True,
        listens=False,
    ),
    Known(
        "stunnel_tls_1_3",
        "stunnel4",
        stunnel("sslVersion = TLSv1.3", certificate=True),
        "L1",
        ANY_CALLING | ORACLE | NO_CRL,
        "TLS 1.3 alone",
        told=TOLD_OF_1_3,
        cases=True,
        listens=False,
    ),
    Known(
        "stunnel_tls_1_0",
        "stunnel4",
        stunnel("sslVersion = TLSv1", "ciphers = ALL:@SECLEVEL=0"),
        "L2",
        ANY_CALLING
        | ORACLE
        | NO_CERTIFICATE
        | SELF_MADE
        | LEAKS
        | WELCOME
        | OLD_TLS
        | {"anonymous_suite"},
        RETIRED_B3,
        told=TOLD_OF_TITLE,
        listens=False,
    ),
)
