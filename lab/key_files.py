"""Keys and certificates as files: private from their first moment on, replaced whole."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab.certificates import Signer


def private_folder(directory: Path) -> None:
    """Make a folder that only its owner may enter (mode 0700; Windows keeps its own rules).

    One that is there already keeps its mode: it is somebody's, who had a reason.
    """
    try:
        directory.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        if not directory.is_dir():
            raise
    else:
        directory.chmod(0o700)  # whatever the umask


def read_signer(directory: Path, name: str) -> Signer:
    """An authority's certificate and key, as they lie in its folder.

    Raises:
        FileNotFoundError: they do not.
        TypeError: the key is not an EC key.
    """
    certificate = x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes())
    key = serialization.load_pem_private_key((directory / f"{name}-key.pem").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = f"{directory / f'{name}-key.pem'}: is not an EC key"
        raise TypeError(message)
    return Signer(certificate, key)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    """Write a key that was never, not even for a moment, readable by others."""
    write_secret(path, key_pem(key))


def key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """A key in PEM (PKCS #8), unencrypted: nobody is there to type a passphrase."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write_secret(path: Path, content: bytes) -> None:
    """Write what only its owner may read, from the first moment on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place whole: who reads it sees the old or the new one."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_bytes(content)
    unfinished.replace(path)
