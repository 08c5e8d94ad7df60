"""Admits a device to the archive, and sends one away: certificate, rights and revocation list."""

from collections.abc import Mapping
from pathlib import Path

from cryptography import x509

from lab.certificates import Usage
from lab.key_files import private_folder, replace_file
from lab.newcomer import Newcomer
from lab.pki import Authority


class AdmissionError(Exception):
    """It cannot be admitted or sent away; the message is one line for a person."""


def admit(authority: Authority, admitted: Path, newcomer: Newcomer) -> str:
    """Write what admits a device; the certificate, in PEM, that it is to show.

    Raises:
        AdmissionError: it is there already, or what it proves itself with is unfit.
    """
    private_folder(admitted)
    if (admitted / f"{newcomer.name}.toml").exists():
        raise AdmissionError(f"{newcomer.name} is admitted already; revoke it first")
    pem = _certified(authority, newcomer)
    replace_file(admitted / f"{newcomer.name}.pem", pem)
    replace_file(admitted / f"{newcomer.name}.toml", newcomer.toml().encode())
    return pem.decode("ascii")


def dismiss(
    authority: Authority, admitted: Path, name: str, crl: Path, own: Mapping[str, bytes]
) -> None:
    """Put a device's certificate on the revocation list, and take back what admitted it.

    Args:
        authority: Whose list it is.
        admitted: The archive's folder of admitted devices.
        name: One of these, or one of ``own``.
        crl: The archive's revocation list.
        own: Certificates (PEM) of the lab's own devices by name.

    Raises:
        AdmissionError: nobody has this name.
    """
    file = admitted / f"{name}.toml"
    if file.exists():
        shown = (admitted / f"{name}.pem").read_bytes()
        file.unlink()
        (admitted / f"{name}.pem").unlink()
    elif name in own:
        shown = own[name]
    else:
        there = sorted({*own, *(path.stem for path in admitted.glob("*.toml"))})
        raise AdmissionError(f"nobody is called {name}; there are {', '.join(there)}")
    certificate = x509.load_pem_x509_certificate(shown)
    if authority.has_issued(certificate):  # who was trusted by itself is trusted no more
        authority.revoke_certificate(certificate)
    authority.write_crl(crl)


def withdraw(admitted: Path, name: str) -> None:
    """Take back an admission that the archive did not obey."""
    (admitted / f"{name}.toml").unlink(missing_ok=True)
    (admitted / f"{name}.pem").unlink(missing_ok=True)


def _certified(authority: Authority, newcomer: Newcomer) -> bytes:
    try:
        if newcomer.request is not None:
            usage = Usage.CALLS if newcomer.host is None else Usage.CALLS_AND_LISTENS
            return authority.sign(newcomer.request.encode(), newcomer.name, usage=usage)
        return _pem_of((newcomer.certificate or "").encode())
    except ValueError as error:
        raise AdmissionError(f"{newcomer.name} cannot be admitted: {error}") from error


def _pem_of(certificate: bytes) -> bytes:
    try:
        x509.load_pem_x509_certificate(certificate)
    except ValueError:
        raise ValueError("there is no certificate in what was given") from None
    return certificate
