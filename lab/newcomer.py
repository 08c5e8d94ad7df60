"""A real device that is to be admitted to the hardened archive of a running lab."""

import json
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lab import told

NAME = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
"""A label of a host name (RFC 1123 2.1), in lower case."""
Service = Literal["echo", "store", "find", "get", "move"]


class Newcomer(told.Table):
    """Who it is, how it proves that, and what it may do."""

    name: Annotated[str, Field(pattern=NAME)]
    """Its certificate, where we make one, is for ``NAME.pacslab.internal``."""
    ae_title: Annotated[str, Field(pattern=r"^[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?$")]
    may: tuple[Service, ...] = Field(default=("echo",), min_length=1)
    modalities: tuple[str, ...] = ()
    """The only modalities that it sees; none: all of them."""
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    """Where it listens for C-MOVE, if it does."""
    request: str | None = Field(default=None, repr=False)
    """PKCS #10 in PEM: a certificate is to be made for its key."""
    certificate: str | None = Field(default=None, repr=False)
    """PEM: its own certificate, trusted by itself."""

    @model_validator(mode="after")
    def _proves_itself_in_one_way(self) -> Self:
        if (self.request is None) is (self.certificate is None):
            raise ValueError("give either a request to sign or a certificate to trust")
        return self

    def toml(self) -> str:
        """The file that admits it, for the archive's folder ``admitted``."""
        said = {
            "ae_title": self.ae_title,
            "certificate": f"{self.name}.pem",
            "may": list(self.may),
            "by_itself": self.certificate is not None,
            "modalities": list(self.modalities) or None,
            "host": self.host,
            "port": self.port,
        }
        # What JSON writes of these is TOML, too.
        lines = [
            f"{key} = {json.dumps(value)}\n" for key, value in said.items() if value is not None
        ]
        return "".join(lines)
