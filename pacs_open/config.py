"""Configuration of an archive, from TOML, in the words of PS3.15 Annex H.

Unknown keys are errors; messages say the file, the table and the key.
"""

import difflib
import ipaddress
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pacs_open.errors import ConfigurationError

AE_TITLE_PATTERN = r"^[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$"
AETitle = Annotated[str, Field(pattern=AE_TITLE_PATTERN)]
"""1 to 16 characters of ISO 646, no backslash, no outer spaces (PS3.5 6.2)."""


class Table(BaseModel):
    """A TOML table: strict, frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Device(Table):
    """The device that the archive runs on (PS3.15 H.1.1.1)."""

    name: str = "pacslab"
    description: str = ""


class NetworkAE(Table):
    """The archive's network application entity (PS3.15 H.1.1.2)."""

    ae_title: AETitle = "PACS-OPEN"


class NetworkConnection(Table):
    """Where it listens (PS3.15 H.1.1.3); port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = Field(default=11112, ge=0, le=65535)
    leak_beyond_this_machine: bool = False
    """Must be true to listen anywhere but on loopback: a leaky archive would leak for real."""

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str) -> str:
        ipaddress.ip_address(host)
        return host

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback


class ArchiveTable(Table):
    """Where and how instances are kept."""

    directory: Path
    index: str | None = None
    """SQLAlchemy URL; None: SQLite inside ``directory``."""
    durability: Literal["durable", "relaxed"] = "durable"
    """durable: synced to disk before 0000H; relaxed: left to the operating system."""


class Workers(Table):
    """Processes behind the port."""

    count: int = Field(default=0, ge=0, le=64)
    """0: one per core."""
    stop_within: float = Field(default=10.0, gt=0)
    """Seconds an association at hand has to finish after TERM."""


class KnownPeer(Table):
    """A device the archive can call: a C-MOVE destination."""

    ae_title: AETitle
    host: str
    port: int = Field(ge=1, le=65535)
    server_name: str | None = None
    """The name its certificate must carry, where TLS is used; the host if absent."""


class Config(Table):
    """One archive."""

    device: Device = Device()
    network_ae: NetworkAE = NetworkAE()
    network_connection: NetworkConnection = NetworkConnection()
    archive: ArchiveTable
    workers: Workers = Workers()
    peers: tuple[KnownPeer, ...] = ()
    callback_port: int | None = Field(default=11112, ge=1, le=65535)
    """A C-MOVE to a title that is not among the peers goes to the requestor's own address at
    this port; None: such a title is unknown (A801H)."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; the message of an error says where it is wrong."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path}: no such file; give the configuration with --config FILE"
        raise ConfigurationError(message) from None
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror})"
        raise ConfigurationError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path}: is not UTF-8 text (byte {error.start}); TOML must be UTF-8"
        raise ConfigurationError(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: is not TOML: {error}"
        raise ConfigurationError(message) from error


def explain(error: ValidationError, source: str, known: Iterable[str] = ()) -> str:
    """Turn the first validation fault into one line: where, why, what to do."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        key = str(fault["loc"][-1])
        close = difflib.get_close_matches(key, list(known), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return f"{source}: {where}: unknown key{hint}"
    return f"{source}: {where}: {fault['msg']}"


def _known_keys(model: type[BaseModel]) -> set[str]:
    """All keys of a table and its tables, for suggestions."""
    names = set(model.model_fields)
    for info in model.model_fields.values():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            names |= _known_keys(info.annotation)
    return names


def parse(tables: Mapping[str, Any], source: str, directory: Path) -> Config:
    """Make a Config of TOML tables; relative paths count from ``directory``."""
    tables = dict(tables)
    archive = tables.get("archive")
    if isinstance(archive, Mapping) and isinstance(archive.get("directory"), str):
        tables["archive"] = {**archive, "directory": directory / archive["directory"]}
    try:
        return Config.model_validate(tables)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source, _known_keys(Config))) from error


def load(path: Path) -> Config:
    """Read the configuration of an open archive."""
    return parse(read_toml(path), str(path), path.resolve().parent)
