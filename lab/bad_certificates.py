"""Certificates that are wrong on purpose, one case each: whoever is shown one must refuse it.

Made from the lab's own authority, so that exactly one thing is wrong with each; the same cases
serve in both directions (shown to an archive, and shown by a rogue archive). Each lies in a
folder named for its case, with ``certificate.pem`` and ``key.pem``: the layout that
``--bad-certificates DIR`` takes, too, from whoever tests with an authority of their own.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab import flaws
from lab.certificates import (
    PublicKey,
    Signer,
    Usage,
    authority_certificate,
    begin,
    describe_device,
    pem,
    subject,
)
from lab.key_files import key_pem, private_folder, write_secret
from lab.pki import Authority, alternatives
from lab.scene import Credential

CERTIFICATE, KEY = "certificate.pem", "key.pem"
WEAK_BITS = 1024
"""Of an RSA key that RFC 9325 4.5 forbids."""


@dataclass(frozen=True)
class Bench:
    """What a bad certificate is made with: an authority, and whose certificate it would be."""

    authority: Authority
    name: str
    usage: Usage = Usage.CALLS
    """What the good certificate would be for."""
    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    until: datetime | None = None
    """How long the bad ones must stay bad; None: the authority's end."""

    @property
    def lasts(self) -> tuple[datetime, datetime]:
        """Dates that nobody can object to."""
        issuer = self.authority.intermediate.certificate
        return issuer.not_valid_before_utc, issuer.not_valid_after_utc

    def builder(self, key: PublicKey, issuer: Signer | None) -> x509.CertificateBuilder:
        """A flawless certificate, still to be signed; without an issuer it names itself."""
        made = begin(subject(self.name), key, self.lasts, issuer)
        called = alternatives(self.name, self.names, self.addresses)
        return describe_device(made, self.usage, called)

    def dated(self, begins: datetime, ends: datetime) -> "Made":
        """Flawless but for its dates."""
        key = new_key()
        issuer = self.authority.intermediate
        made = begin(subject(self.name), key.public_key(), (begins, ends), issuer)
        called = alternatives(self.name, self.names, self.addresses)
        leaf = describe_device(made, self.usage, called).sign(issuer.key, hashes.SHA256())
        return Made((leaf, issuer.certificate), key_pem(key))


@dataclass(frozen=True)
class Made:
    """A chain, leaf first, and the key that goes with it (PEM)."""

    chain: tuple[x509.Certificate, ...]
    key: bytes


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key as the lab's devices have it."""
    return ec.generate_private_key(ec.SECP256R1())


def _good(bench: Bench, issuer: Signer | None = None) -> tuple[Made, ec.EllipticCurvePrivateKey]:
    """The flawless one that most cases begin with."""
    key, issuer = new_key(), issuer or bench.authority.intermediate
    leaf = bench.builder(key.public_key(), issuer).sign(issuer.key, hashes.SHA256())
    return Made((leaf, issuer.certificate), key_pem(key)), key


def _corrupted(bench: Bench) -> Made:
    made, _ = _good(bench)
    return replace(made, chain=(flaws.with_broken_signature(made.chain[0]), *made.chain[1:]))


def _expired(bench: Bench) -> Made:
    return bench.dated(bench.now - timedelta(days=8), bench.now - timedelta(days=1))


def _not_yet_valid(bench: Bench) -> Made:
    begins = (bench.until or bench.lasts[1]) + timedelta(days=1)
    return bench.dated(begins, begins + timedelta(days=7))


def _revoked(bench: Bench) -> Made:
    made, _ = _good(bench)
    bench.authority.revoke_certificate(made.chain[0])
    return made


def _self_signed(bench: Bench) -> Made:
    key = new_key()
    return Made((bench.builder(key.public_key(), None).sign(key, hashes.SHA256()),), key_pem(key))


def _unknown_ca(bench: Bench) -> Made:
    """The other authorities have the same names as the lab's own, which must not help them."""
    root = authority_certificate("root", None, bench.lasts)
    made, _ = _good(bench, authority_certificate("intermediate", root, bench.lasts))
    return made


def _wrong_key(bench: Bench) -> Made:
    made, key = _good(bench)
    return replace(made, key=flaws.key_of_another(key.public_key()))


def _wrong_key_usage(bench: Bench) -> Made:
    wrong = Usage.LISTENS if bench.usage is Usage.CALLS else Usage.CALLS
    return _good(replace(bench, usage=wrong))[0]


def _wrong_name(bench: Bench) -> Made:
    return _good(replace(bench, name=f"not-{bench.name}", names=(), addresses=()))[0]


def _weak_rsa(bench: Bench) -> Made:
    key = rsa.generate_private_key(public_exponent=65537, key_size=WEAK_BITS)
    issuer = bench.authority.intermediate
    leaf = bench.builder(key.public_key(), issuer).sign(issuer.key, hashes.SHA256())
    return Made((leaf, issuer.certificate), key_pem(key))


def _sha1(bench: Bench) -> Made:
    made, _ = _good(bench)
    leaf = flaws.signed_with_sha1(made.chain[0], bench.authority.intermediate.key)
    return replace(made, chain=(leaf, *made.chain[1:]))


def _missing_intermediate(bench: Bench) -> Made:
    made, _ = _good(bench)
    return replace(made, chain=made.chain[:1])


def _intermediate_without_ca(bench: Bench) -> Made:
    device, device_key = _good(replace(bench, name=f"{bench.name}-colleague"))
    made, _ = _good(bench, Signer(device.chain[0], device_key))
    return replace(made, chain=(made.chain[0], *device.chain))


def _without_crl(bench: Bench) -> Made:
    second = authority_certificate("second intermediate", bench.authority.root, bench.lasts)
    return _good(bench, second)[0]


@dataclass(frozen=True)
class Case:
    """One thing that can be wrong with a certificate."""

    id: str
    wrong: str
    """In words, to be read after "a certificate that"."""
    make: Callable[[Bench], Made]
    ihe: str = ""
    """What IHE's own test of secure nodes calls this case; empty where it has none."""
    to_archives: bool = True
    """Whether an archive must refuse a caller with it. ITI-19 forbids to demand names of one."""


CASES: tuple[Case, ...] = (
    Case("corrupted", "has a damaged signature", _corrupted, "corrupted"),
    Case("expired", "ended a day ago", _expired, "expired"),
    Case("not_yet_valid", "begins tomorrow", _not_yet_valid),
    Case("revoked", "stands on the revocation list", _revoked, "revoked"),
    Case("self_signed", "is signed with its own key", _self_signed, "self-signed"),
    Case("unknown_ca", "a CA of the same name, but another one, signed", _unknown_ca, "unknown CA"),
    Case("wrong_key", "belongs to another key than the one shown", _wrong_key, "wrong key"),
    Case("wrong_key_usage", "is for the other end of a connection", _wrong_key_usage),
    Case("wrong_name", "is for another name", _wrong_name, to_archives=False),
    Case("weak_rsa", "has an RSA key of 1024 bits", _weak_rsa),
    Case("sha1", "is signed over SHA-1", _sha1),
    Case("missing_intermediate", "comes without its intermediate's", _missing_intermediate),
    Case("intermediate_without_ca", "another device signed", _intermediate_without_ca),
    Case("without_crl", "a CA signed whose revocation list is not there", _without_crl),
)
BY_ID: Mapping[str, Case] = MappingProxyType({case.id: case for case in CASES})
IHE_NAMES: Mapping[str, str] = MappingProxyType(
    {case.id: case.ihe for case in CASES if case.ihe} | {"none": "without authentication"}
)
"""IHE's seven error cases of a secure node, by our names; ``none`` is no certificate at all."""


def write(case: Case, bench: Bench, directory: Path) -> Credential:
    """Make one case in a folder of its own."""
    private_folder(directory)
    made = case.make(bench)
    (directory / CERTIFICATE).write_bytes(b"".join(pem(one) for one in made.chain))
    write_secret(directory / KEY, made.key)
    return Credential(directory / CERTIFICATE, directory / KEY)


def write_all(bench: Bench, directory: Path) -> Mapping[str, Credential]:
    """Make every case, each in a folder named for it. The authority's list must go out again."""
    private_folder(directory)
    return {case.id: write(case, bench, directory / case.id) for case in CASES}


class UnknownCaseError(LookupError):
    """A folder is named for no case; the message suggests one."""


def load(directory: Path) -> Mapping[str, Credential]:
    """The cases that lie in a folder; not all need be there.

    Raises:
        UnknownCaseError: a folder in it is named for no case.
        FileNotFoundError: a case lacks its certificate or its key.
    """
    found: dict[str, Credential] = {}
    for folder in sorted(path for path in directory.iterdir() if path.is_dir()):
        if folder.name not in BY_ID:
            close = difflib.get_close_matches(folder.name, BY_ID, n=1)
            hint = f"did you mean {close[0]}?" if close else f"cases are {', '.join(BY_ID)}"
            raise UnknownCaseError(f"{folder}: no bad certificate has this name; {hint}")
        for file in (CERTIFICATE, KEY):
            if not (folder / file).is_file():
                raise FileNotFoundError(f"{folder}: lacks {file}")
        found[folder.name] = Credential(folder / CERTIFICATE, folder / KEY)
    return found
