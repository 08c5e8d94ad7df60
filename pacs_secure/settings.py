"""Types of the settings of several controls, checked when the configuration is read."""

import re
from pathlib import Path
from typing import Annotated, Any

from cryptography.hazmat.primitives import hashes
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from pacs_open.config import AETitle
from pacs_open.errors import ConfigurationError
from pacs_secure import certificates

__all__ = ["AETitle", "CertificateFile", "Fingerprint", "OperatorPath", "OperatorPaths"]


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    """Count a relative path from the folder of the TOML file, where one is known."""
    folder: Path | None = (info.context or {}).get("folder")
    return folder / path if folder is not None else path


def _plain_hexadecimal(text: Any) -> Any:
    """Take a fingerprint as ``openssl x509 -fingerprint -sha256`` prints it, too."""
    if not isinstance(text, str):
        return text
    return re.sub(r"^sha256 fingerprint=", "", text.strip().lower()).replace(":", "")


def _one_or_several(value: Any) -> Any:
    """Take one path where a list of paths may stand."""
    return (value,) if isinstance(value, str | Path) else value


def _fingerprint_of(file: Any, info: ValidationInfo) -> Any:
    """Read a certificate file; of a chain, the first one is the device's own."""
    if not isinstance(file, str | Path):
        return file
    try:
        leaf = certificates.load_certificates(_from_folder(Path(file), info), "certificate")[0]
    except ConfigurationError as error:
        raise ValueError(str(error)) from error
    return leaf.fingerprint(hashes.SHA256()).hex()


OperatorPath = Annotated[Path, AfterValidator(_from_folder)]
"""A file of the operator's; relative paths count from the folder of the TOML file."""

OperatorPaths = Annotated[tuple[OperatorPath, ...], BeforeValidator(_one_or_several)]
"""One path, or a list of them."""

Fingerprint = Annotated[str, BeforeValidator(_plain_hexadecimal), Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 over the DER bytes of a certificate: 64 hexadecimal digits, colons allowed."""

CertificateFile = Annotated[str, BeforeValidator(_fingerprint_of)]
"""Given as a PEM file of the operator's, kept as the fingerprint of the certificate in it."""
