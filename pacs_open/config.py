"""Configuration of an archive, from TOML, in the words of PS3.15 Annex H.

Unknown keys are errors; messages say the file, the table and the key.
"""

import difflib
import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

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

    proxies: tuple[str, ...] = ()
    """Names or addresses of balancers that pass connections on: each of theirs must begin with a
    PROXY header of version 2, which says whose it is."""

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str) -> str:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(f"{host!r} is no IP address; write 127.0.0.1 or ::1") from None
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
    """Seconds an association at hand has to finish after TERM; one that has not asked for
    anything for two seconds is ended at once."""


class KnownPeer(Table):
    """A device the archive can call: a C-MOVE destination, or who asked for Storage Commitment."""

    ae_title: AETitle
    host: str
    port: int = Field(ge=1, le=65535)
    server_name: str | None = None
    """The name its certificate must carry, where TLS is used; the host if absent."""
    commitment: Literal["new association", "same association"] = "new association"
    """Where it awaits reports of Storage Commitment (PS3.4 J.3.3): whoever does not stand in this
    table has no address to call, and gets them on the association that it asked on."""


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

    @model_validator(mode="after")
    def _names_each_peer_once(self) -> Self:
        titles = [peer.ae_title for peer in self.peers]
        for title in titles:
            if titles.count(title) > 1:
                raise ValueError(f"peers: {title!r} stands twice; a title has one address")
        return self


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; the message of an error says where it is wrong.

    ``extends = "OTHER.toml"``: what this file says is laid over what the other one says, table by
    table; a list takes the place of the other's. Relative paths count from this file's folder.
    """
    tables = _read_one(path)
    below = tables.pop("extends", None)
    if below is None:
        return tables
    if not isinstance(below, str):
        raise ConfigurationError(f"{path}: extends: must be the name of one other TOML file")
    under = _read_one(path.parent / below)
    if "extends" in under:
        raise ConfigurationError(f"{path}: extends: {below} extends another file itself; name that")
    return _laid_over(under, tables)


def _laid_over(under: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    both = dict(under)
    for key, value in upper.items():
        there = under.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            value = _laid_over(there, value)  # noqa: PLW2901 - both tables in one
        both[key] = value
    return both


def _read_one(path: Path) -> dict[str, Any]:
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


_IN_PLAIN_WORDS: Final = {
    "string_pattern_mismatch": "must be 1 to 16 characters of plain ASCII, without a backslash "
    "and without outer spaces (PS3.5 6.2)",
    "tuple_type": 'must be a list, for example ["NAME"]',
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
}


def explain(error: ValidationError, source: str, model: type[BaseModel]) -> str:
    """Turn a validation fault into one line: where, why, what to do.

    An unknown key is told first: a missing one is often the same key, misspelt.
    """
    faults = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    fault = faults[0]
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{source}: {where}: unknown key{_hint(fault['loc'], model)}"
    said = _IN_PLAIN_WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{source}: {where}: {said}" if where else f"{source}: {said}"


def _hint(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Suggest a key of the same table that reads much like the unknown one."""
    for part in location[:-1]:
        model = _table_below(model, part)
    key = str(location[-1])
    if key == "controls" and model is Config:
        return "; controls belong to the hardened archive, pacs-secure"
    close = difflib.get_close_matches(key, model.model_fields, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _table_below(model: type[BaseModel], part: int | str) -> type[BaseModel]:
    """The table under a key; of a list of tables (the part is a number), its tables."""
    info = model.model_fields.get(str(part))
    inner = (info.annotation, *get_args(info.annotation)) if info else ()
    for one in inner:
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return model


def parse(tables: Mapping[str, Any], source: str, directory: Path) -> Config:
    """Make a Config of TOML tables; relative paths count from ``directory``."""
    tables = dict(tables)
    archive = tables.get("archive")
    if isinstance(archive, Mapping) and isinstance(archive.get("directory"), str):
        tables["archive"] = {**archive, "directory": directory / archive["directory"]}
    try:
        return Config.model_validate(tables)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source, Config)) from error


def load(path: Path) -> Config:
    """Read the configuration of an open archive."""
    return parse(read_toml(path), str(path), path.resolve().parent)
