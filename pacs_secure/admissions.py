"""Devices that were admitted after the archive was set up, a file each.

``admissions = "admitted"`` names a folder. Each ``NAME.toml`` in it admits one device::

    ae_title = "ORTHANC"
    certificate = "orthanc.pem"      # beside it
    may = ["echo", "store"]
    by_itself = false                # true: trusted by itself (tls, peers), no authority needed
    host = "192.0.2.7"               # with port: it may be sent images to by C-MOVE
    port = 4242

A file says once what otherwise stands in the tables of six controls, so that no list is
forgotten when the device leaves: taking the file away takes everything back. The signal HUP
makes the archive look again.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pacs_open.config import AETitle, explain
from pacs_open.errors import ConfigurationError
from pacs_open.values import Dimse
from pacs_secure.sop_classes import SOPClass

NAME = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
"""A label of a host name (RFC 1123 2.1), in lower case."""
_SEES = frozenset({Dimse.FIND, Dimse.GET, Dimse.MOVE})


def _beside(name: str) -> str:
    if Path(name).name != name:
        raise ValueError("must lie beside the file that names it")
    return name


class Admission(BaseModel):
    """What a file says of one device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ae_title: AETitle
    certificate: Annotated[str, AfterValidator(_beside)]
    """PEM file; of a chain the first is the device's own."""
    may: tuple[Dimse, ...] = Field(min_length=1)
    by_itself: bool = False
    """Trusted by itself: its certificate needs no authority above it."""
    storage_classes: tuple[SOPClass, ...] = ()
    """The only SOP classes that it needs to store; none: all of them."""
    modalities: tuple[str, ...] = ()
    """The only modalities that it sees; none: all of them."""
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    server_name: str | None = None
    """The name in its certificate where it listens; the host if absent."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.host is None) is not (self.port is None):
            raise ValueError("host and port belong together")
        return self


def read(folder: Path) -> Mapping[str, Admission]:
    """The devices admitted by a folder, by name; a folder that is not there admits nobody.

    Raises:
        ConfigurationError: A file cannot be obeyed; which and why, in one line.
    """
    return {path.stem: _one(path) for path in sorted(folder.glob("*.toml"))}


def merge(tables: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The tables of an archive, with its admitted devices entered where each control looks.

    Raises:
        ConfigurationError: A file cannot be obeyed, or a title is taken.
    """
    controls = {
        name: dict(table) if isinstance(table, Mapping) else table  # told of where it is read
        for name, table in tables.get("controls", {}).items()
    }
    merged = {**tables, "controls": controls, "peers": list(tables.get("peers", []))}
    for name, admission in read(folder).items():
        title, pem = admission.ae_title, str(folder.resolve() / admission.certificate)
        if title in controls.get("calling_ae", {}).get("titles", ()):
            raise ConfigurationError(f"{folder / name}.toml: AE title {title!r} is taken")
        _enter(controls, admission, pem)
        if admission.host is not None:
            names = {"ae_title", "host", "port", "server_name"}
            merged["peers"].append(admission.model_dump(include=names, exclude_none=True))
            _add(controls, "move_destinations", "titles", title)
    return merged


def _enter(controls: dict[str, dict[str, Any]], admission: Admission, pem: str) -> None:
    title, may = admission.ae_title, [str(service) for service in admission.may]
    _add(controls, "calling_ae", "titles", title)
    _put(controls, "node_identity", "certificates", title, [pem])
    _put(controls, "presentation_contexts", "services", title, may)
    _put(controls, "permissions", "rights", title, may)
    _add(controls, "user_identity", "exempt", title)
    if admission.by_itself:
        _add(controls, "tls", "peers", pem)
    if admission.storage_classes:
        classes = list(admission.storage_classes)
        _put(controls, "presentation_contexts", "storage_classes", title, classes)
    if admission.modalities:
        _put(controls, "query_scope", "modalities", title, list(admission.modalities))
    elif _SEES.intersection(admission.may):
        _add(controls, "query_scope", "everything", title)


def _add(controls: dict[str, dict[str, Any]], control: str, setting: str, value: str) -> None:
    table = controls.setdefault(control, {})
    there = table.get(setting, ())
    table[setting] = [*((there,) if isinstance(there, str) else there), value]


def _put(
    controls: dict[str, dict[str, Any]], control: str, setting: str, title: str, value: list[str]
) -> None:
    table = controls.setdefault(control, {})
    table[setting] = {**table.get(setting, {}), title: value}


def _one(path: Path) -> Admission:
    if re.fullmatch(NAME, path.stem) is None:
        raise ConfigurationError(f"{path}: its name must be one label of a host name")
    try:
        return Admission.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ConfigurationError(explain(error, str(path), Admission)) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__})") from error
