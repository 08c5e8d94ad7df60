"""Makes, signs and revokes; what is good for the whole time to live is kept."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from lab import bad_certificates
from lab.bad_certificates import Bench
from lab.certificates import Usage
from lab.issuing import admit, users
from lab.issuing.plan import BadTable, IdentityTable, Issuing
from lab.key_files import private_folder
from lab.newcomer import NAME, Newcomer
from lab.pki import DOMAIN, MARGIN, Authority, Identity
from lab.user_identity import USER


class IssuingError(Exception):
    """It cannot be issued; the message is one line for a person."""


def create(plan: Issuing, lifetime: timedelta, now: datetime | None = None) -> Sequence[str]:
    """Make what is not there, not yet valid, or would not last; says what was made."""
    now = now or datetime.now(UTC)
    authority, made = _authority(plan.authority, lifetime, now)
    for table in plan.identities:
        if not _is_good(authority, table, now):
            _make(authority, table)
            made.append(table.name)
        _show_to_archive(plan, table)
    if plan.bad_certificates is not None:
        _make_bad(authority, plan.bad_certificates, now, now + lifetime)
    authority.write_crl(plan.archive.crl)
    at = {table.user: table.directory / USER for table in plan.identities if table.user}
    users.make(at, plan.archive.users, authority.until)
    _make_audit_key(plan.archive.audit_key)
    return made


def sign(plan: Issuing, name: str, request: bytes, *, listens: bool = False) -> bytes:
    """The chain, in PEM, for a key of somebody new.

    Raises:
        IssuingError: the name is one of the lab's own, or the request is not to be taken.
    """
    _check_free(plan, name)
    if re.fullmatch(NAME, name) is None:
        raise IssuingError("a name must be one label of a host name, in lower case")
    usage = Usage.CALLS_AND_LISTENS if listens else Usage.CALLS
    try:
        return _load(plan).sign(request, name, usage=usage)
    except ValueError as error:
        raise IssuingError(f"no certificate for {name}: {error}") from error


def brief(plan: Issuing, question: str, lasts: timedelta) -> datetime:
    """Make a good certificate for one question that ends so soon; when it does.

    Raises:
        IssuingError: the plan names nobody for it, or the question's name is none.
    """
    if plan.brief is None:
        raise IssuingError("the plan names no device that gets brief certificates")
    if re.fullmatch(r"[a-z0-9_]+", question) is None:
        raise IssuingError("a question's name has small letters, digits and underscores")
    now = datetime.now(UTC)
    _load(plan).issue(
        plan.brief.name,
        plan.brief.directory / question,
        ae_title="",
        usage=Usage.CALLS,
        validity=(now - MARGIN, now + lasts),
    )
    return now + lasts


def revoke(plan: Issuing, certificate: bytes) -> None:
    """Put a certificate (PEM; of a chain the first) on the archive's list.

    Raises:
        IssuingError: it is none, or none of this authority's.
    """
    authority = _load(plan)
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError as error:
        raise IssuingError("there is no certificate in what was given") from error
    if not authority.has_issued(found):
        raise IssuingError("this authority has not issued that certificate")
    authority.revoke_certificate(found)
    authority.write_crl(plan.archive.crl)


def admit_newcomer(plan: Issuing, newcomer: Newcomer) -> str:
    """Admit a device; the certificate, in PEM, that it is to show.

    Raises:
        IssuingError, AdmissionError: it cannot be admitted.
    """
    _check_free(plan, newcomer.name)
    return admit.admit(_load(plan), plan.archive.admitted, newcomer)


def dismiss(plan: Issuing, name: str) -> None:
    """Revoke a device and take back what admitted it. Raises IssuingError, AdmissionError."""
    own = {
        table.name: (table.directory / "certificate.pem").read_bytes()
        for table in plan.identities
        if (table.directory / "certificate.pem").exists()
    }
    admit.dismiss(_load(plan), plan.archive.admitted, name, plan.archive.crl, own)


def renew_crl(plan: Issuing) -> None:
    """Sign the archive's list anew."""
    authority = _load(plan)
    authority.renew_crls()
    authority.write_crl(plan.archive.crl)


def valid_until(plan: Issuing) -> datetime:
    """When everything that was issued ends."""
    return _load(plan).until


def certificate_of(plan: Issuing, name: str) -> bytes:
    """The certificate of one of the devices, in PEM.

    Raises:
        IssuingError: there is none of this name.
    """
    for table in plan.identities:
        if table.name == name:
            return (table.directory / "certificate.pem").read_bytes()
    names = ", ".join(table.name for table in plan.identities)
    raise IssuingError(f"nobody is called {name}; there are {names}")


def _check_free(plan: Issuing, name: str) -> None:
    taken = {one for table in plan.identities for one in (table.name, *table.names)}
    if name in taken:
        raise IssuingError(f"{name} is a name of the lab's own; give the device another")


def _load(plan: Issuing) -> Authority:
    try:
        return Authority.load(plan.authority)
    except FileNotFoundError as error:
        raise IssuingError(f"no authority in {plan.authority}; run `create` first") from error


def _authority(directory: Path, lifetime: timedelta, now: datetime) -> tuple[Authority, list[str]]:
    """The one that is there if it lasts, else a new one; what was made."""
    try:
        there = Authority.load(directory)
        if there.since <= now and there.until >= now + lifetime:
            return there, []
    except FileNotFoundError:
        pass
    return Authority.create(directory, lifetime=lifetime, now=now), ["authority"]


def _is_good(authority: Authority, table: IdentityTable, now: datetime) -> bool:
    """Whether a device has all that it should, of this authority, and key and name belong to it."""
    try:
        there = Identity.load(table.name, table.directory, ae_title=table.ae_title)
        certificate = x509.load_pem_x509_certificate(there.certificate.read_bytes())
        key = serialization.load_pem_private_key(there.key.read_bytes(), None)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return (
            authority.has_issued(certificate)
            and certificate.not_valid_before_utc <= now
            and certificate.not_valid_after_utc >= authority.until
            and key.public_key() == certificate.public_key()
            and there.trust.read_bytes() == authority.trust.read_bytes()
            and names.get_values_for_type(x509.DNSName) == [f"{table.name}.{DOMAIN}", *table.names]
            and tuple(usage) == table.usage.value
        )
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False


def _make(authority: Authority, table: IdentityTable) -> None:
    authority.issue(
        table.name,
        table.directory,
        ae_title=table.ae_title,
        usage=table.usage,
        names=table.names,
    )


def _make_bad(authority: Authority, table: BadTable, now: datetime, until: datetime) -> None:
    """Bad ones are made at each run: a certificate that is not valid yet must not become so."""
    bench = Bench(authority, table.name, now=now, until=until)
    bad_certificates.write_all(bench, table.directory)


def _show_to_archive(plan: Issuing, table: IdentityTable) -> None:
    """A good device's certificate, which is public."""
    plan.archive.peers.mkdir(parents=True, exist_ok=True)
    public = (table.directory / "certificate.pem").read_bytes()
    (plan.archive.peers / f"{table.name}.pem").write_bytes(public)


def _make_audit_key(path: Path) -> None:
    """The key of the audit trail's chain; one that is there has lines that depend on it."""
    private_folder(path.parent)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
