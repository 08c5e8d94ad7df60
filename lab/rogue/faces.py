"""What a rogue archive shows: one face for each bad certificate, and for each weak kind of TLS.

A caller must refuse each of them. The first face is the good one: a caller that does not take it
proves nothing by refusing the others.
"""

import ssl
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.bad_certificates import CASES, Bench, write_all
from lab.pki import Authority, Usage
from lab.scene import Credential

GOOD, PLAINTEXT, STALE_CRL = "good", "plaintext", "stale_crl"
REVOKED_SINCE = "revoked_since"


@dataclass(frozen=True)
class Face:
    """One way to receive a caller."""

    id: str
    words: str
    """What it is, to be read after "an archive"."""
    context: ssl.SSLContext | None
    """None: it speaks plaintext."""
    ihe: str = ""
    """IHE's name for the case, where it has one."""
    shown: Path | None = None
    """The chain that it shows, in PEM."""


@dataclass(frozen=True)
class Weakness:
    """A kind of TLS that no caller should take."""

    id: str
    words: str
    ciphers: str
    latest: str


WEAKNESSES: tuple[Weakness, ...] = (
    Weakness("tls_1_0", "that speaks TLS 1.0 only", "ALL", "TLSv1"),
    Weakness("tls_1_1", "that speaks TLS 1.1 only", "ALL", "TLSv1_1"),
    Weakness("null_cipher", "that does not encrypt", "eNULL", "TLSv1_2"),
    Weakness("anonymous_suite", "that shows no certificate", "aNULL", "TLSv1_2"),
)


def weak_context(credential: Credential) -> ssl.SSLContext:
    """A server's context that shows a certificate, however weak it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(credential.certificate, credential.key)
    return context


def _weakened(good: Credential, weakness: Weakness) -> ssl.SSLContext:
    context = weak_context(good)
    context.set_ciphers(f"{weakness.ciphers}:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():  # Python would rather not have them, and that is the point
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion[weakness.latest]
    return context


def make(
    authority: Authority, folder: Path, *, names: Sequence[str], addresses: Sequence[str]
) -> Sequence[Face]:
    """Every face, from an authority that the callers trust; its list must go out again."""
    good = authority.issue(
        "rogue", folder / GOOD, ae_title="ROGUE", names=names, addresses=addresses
    )
    bench = Bench(authority, "rogue", Usage.CALLS_AND_LISTENS, names, addresses)
    return faces(
        Credential(good.certificate, good.key), write_all(bench, folder / "bad"), weak=True
    )


def faces(good: Credential | None, bad: Mapping[str, Credential], *, weak: bool) -> Sequence[Face]:
    """Faces from certificates that are there; those of weak TLS need the good one."""
    found: list[Face] = []
    if good is not None:
        found.append(
            Face(GOOD, "with a good certificate", weak_context(good), "", good.certificate)
        )
    found += [
        Face(
            case.id,
            f"with a certificate that {case.wrong}",
            weak_context(bad[case.id]),
            case.ihe,
            bad[case.id].certificate,
        )
        for case in CASES
        if case.id in bad
    ]
    if good is not None and weak:
        found += [
            Face(one.id, one.words, _weakened(good, one), "", good.certificate)
            for one in WEAKNESSES
        ]
    return [*found, Face(PLAINTEXT, "that speaks no TLS", None)]
