"""What both archives do, read off their code and their configuration; nothing is typed twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydicom.uid import UID

from lab.errors import WrongUseError
from pacs_open import transfer_capability as capability
from pacs_open.config import Config
from pacs_open.config import load as load_open
from pacs_open.config import parse as parse_open
from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.errors import ConfigurationError
from pacs_open.values import Dimse
from pacs_open.wire.items import APPLICATION_CONTEXT
from pacs_open.wire.negotiation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_secure.config import AE_TITLE, load
from pacs_secure.controls import CONTROLS
from pacs_secure.tls_policies import POLICIES

Which = Literal["open", "secure"]


@dataclass(frozen=True)
class Capability:
    """One SOP class (PS3.15 H.1.1.4)."""

    uid: str
    name: str
    role: str
    compressed: bool
    """Whether compressed transfer syntaxes are taken beside the uncompressed ones."""


@dataclass(frozen=True)
class Facts:
    """Everything a statement says."""

    which: Which
    device: str
    ae_title: str
    host: str
    port: int
    controls: tuple[str, ...]
    tls_suites: tuple[str, ...]
    maximum_pdu: int
    application_context: str
    implementation_class_uid: str
    implementation_version_name: str
    capabilities: tuple[Capability, ...]
    uncompressed: tuple[str, ...]
    compressed: tuple[str, ...]


def facts(which: Which, configured: Path | None = None) -> Facts:
    """Facts of an archive as it is delivered, or as it is configured.

    Raises:
        WrongUseError: the configuration cannot be read; the message says where.
    """
    try:
        config, controls = _configured(which, configured)
    except ConfigurationError as error:
        raise WrongUseError(str(error)) from error
    policy = next((str(getattr(one, "policy", "")) for one in controls if one.name == "tls"), "")
    if configured is None and which == "secure":
        policy = "dicom-b12"
    names = tuple(one.name for one in CONTROLS) if configured is None else ()
    return Facts(
        which=which,
        device=config.device.name,
        ae_title=config.network_ae.ae_title,
        host=config.network_connection.host,
        port=config.network_connection.port,
        controls=tuple(one.name for one in controls) or (names if which == "secure" else ()),
        tls_suites=POLICIES[policy].suites if policy else (),
        maximum_pdu=Door().maximum_pdu,
        application_context=APPLICATION_CONTEXT,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        capabilities=tuple(_capabilities()),
        uncompressed=capability.UNCOMPRESSED,
        compressed=tuple(sorted(capability.COMPRESSED, key=_numbers)),
    )


def _configured(which: Which, path: Path | None) -> tuple[Config, Sequence[Control]]:
    if path is None:
        tables: dict[str, object] = {"archive": {"directory": "archive"}}
        if which == "secure":
            tables["network_ae"] = {"ae_title": AE_TITLE}
        return parse_open(tables, "as delivered", Path()), ()
    return (load_open(path), ()) if which == "open" else load(path)


def _capabilities() -> Sequence[Capability]:
    """Verification, storage commitment, query and retrieval, then storage by name."""
    first = [capability.VERIFICATION, capability.STORAGE_COMMITMENT, *capability.QUERY_RETRIEVE]
    storage = sorted(capability.STORAGE, key=lambda uid: UID(uid).name)
    return [
        Capability(uid, UID(uid).name, _role(uid), uid in capability.STORAGE)
        for uid in (*first, *storage)
    ]


def _role(uid: str) -> str:
    """Images leave by C-GET on the requestor's association, and by C-MOVE on one of ours."""
    return "SCP and SCU" if capability.service_of(uid) is Dimse.STORE else "SCP"


def _numbers(uid: str) -> list[int]:
    return [int(part) for part in uid.split(".")]
