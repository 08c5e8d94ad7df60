"""Types of the settings of several controls, checked when the configuration is read."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from pacs_open.config import AETitle

__all__ = ["AETitle", "Fingerprint", "OperatorPath", "OperatorPaths"]


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


OperatorPath = Annotated[Path, AfterValidator(_from_folder)]
"""A file of the operator's; relative paths count from the folder of the TOML file."""

OperatorPaths = Annotated[tuple[OperatorPath, ...], BeforeValidator(_one_or_several)]
"""One path, or a list of them."""

Fingerprint = Annotated[str, BeforeValidator(_plain_hexadecimal), Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 over the DER bytes of a certificate: 64 hexadecimal digits, colons allowed."""
