"""`pacslab peer`: admit a real device to the hardened archive, and send it away again."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.text import Text

from lab import standing
from lab.commands.faults import faults
from lab.engines import EngineError
from lab.engines.known import engine_of
from lab.engines.record import Lab
from lab.newcomer import Newcomer
from lab.report import text

peer = typer.Typer(
    no_args_is_help=True, help="Admit a real device to the hardened archive, or send it away."
)

REQUEST = "openssl req -new -newkey rsa:2048 -nodes -subj /CN={0} -keyout {0}-key.pem -out {0}.csr"
"""How a device gets a key of its own, for who asks."""


@peer.command("add")
def add(
    *,
    name: Annotated[str, typer.Argument(help="A short name of your own, in lower case.")],
    ae_title: Annotated[str, typer.Option(help="The title that it calls itself by.")],
    csr: Annotated[
        Path | None, typer.Option(help="Its certificate request (PEM): the lab signs it.")
    ] = None,
    fingerprint: Annotated[
        Path | None, typer.Option(help="Its own certificate (PEM): trusted by its fingerprint.")
    ] = None,
    may: Annotated[
        list[str] | None, typer.Option(help="echo, store, find, get or move; may be repeated.")
    ] = None,
    modality: Annotated[
        list[str] | None, typer.Option(help="The only one that it sees; may be repeated.")
    ] = None,
    listens: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where it takes images by C-MOVE.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where its certificate goes; default: NAME.pem.")
    ] = None,
) -> None:
    """Admit a device at once, without a restart. Its certificate lasts as long as the lab."""
    with faults("write to"):
        lab = standing.find()
        newcomer = _newcomer(
            name=name,
            ae_title=ae_title,
            may=tuple(may or ("echo",)),
            modalities=tuple(modality or ()),
            request=_text(csr),
            certificate=_text(fingerprint),
            **_address(listens),
        )
        to = out or Path(f"{name}.pem")
        if csr is not None and to.exists():
            raise EngineError(f"{to} is there already; name another file with --out")
        pem = engine_of(lab).admit(lab, newcomer)
        if csr is not None:
            to.write_text(pem, encoding="ascii")
        for line in _what_to_set(newcomer, lab, to if csr else fingerprint):
            text.console().print(Text(line), soft_wrap=True)


@peer.command("revoke")
def revoke(*, name: Annotated[str, typer.Argument(help="The device's name.")]) -> None:
    """Revoke a device's certificate; what it has open is cut off."""
    with faults():
        lab = standing.find()
        engine_of(lab).revoke(lab, name)
        text.console().print(Text(f"{name} is revoked; what it had open is cut off"))


def _newcomer(**said: object) -> Newcomer:
    """Raises EngineError with what is wrong, in one line."""
    if said["request"] is None and said["certificate"] is None:
        made = REQUEST.format(said["name"])
        raise EngineError(f"--csr or --fingerprint is needed; this makes a request: {made}")
    try:
        return Newcomer.model_validate(said)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        raise EngineError(f"{where}: {message}" if where else message) from error


def _text(path: Path | None) -> str | None:
    return None if path is None else path.read_text(encoding="ascii", errors="replace")


def _address(listens: str | None) -> dict[str, object]:
    """HOST:PORT apart. Raises EngineError."""
    if listens is None:
        return {}
    host, colon, port = listens.rpartition(":")
    if not host or not colon or not port.isascii() or not port.isdigit():
        raise EngineError(f"--listens {listens}: write HOST:PORT")
    return {"host": host.strip("[]"), "port": int(port)}


def _what_to_set(newcomer: Newcomer, lab: Lab, certificate: Path | None) -> list[str]:
    """What to enter at the device."""
    archive = lab.secure
    assert archive is not None  # noqa: S101 - it has just obeyed
    return [
        f"{newcomer.name} is admitted: {', '.join(newcomer.may)}",
        f"its certificate: {certificate}",
        f"the archive: {archive.host}:{archive.port}, AE title {archive.ae_title}, TLS",
        f"what signed the archive: {lab.identity('visitor', standing.VISITOR).trust}",
    ]
