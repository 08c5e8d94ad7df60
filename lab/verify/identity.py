"""Whom we are when the archive should know us: from options or a TOML file.

A key that does not fit, or a certificate of ours that has ended, is told before anything is
asked: else it would look like the archive's fault.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509

from lab import told
from lab.errors import WrongUseError
from lab.scene import Peer

LONGEST_TITLE = 16
"""Characters of an AE title (PS3.5 6.2)."""


class PeerTable(told.Table):
    """An application entity that the archive knows, and that we may be."""

    ae_title: str
    certificate: Path | None = None
    key: Path | None = None
    may: tuple[Literal["echo", "store", "find", "get", "move"], ...] | None = None
    """The rights its owner means it to have. Absent: what it is served is found out, and nothing
    is asked about what is beyond its rights."""
    listens_on: str | None = None
    """``HOST:PORT`` of ours where the archive's C-MOVE to this title arrives."""
    user: Path | None = None
    """Folder with ``name`` and ``passcode``, where the archive asks for a user."""


class IdentityTable(told.Table):
    """``--identity FILE``: everything that an archive's friends need."""

    called_ae: str | None = None
    ca: Path | None = None
    """PEM of the CA that signs the archive's certificate."""
    server_name: str | None = None
    """The name that certificate carries, where it is not the host."""
    peers: tuple[PeerTable, ...] = ()


@dataclass(frozen=True)
class Identity:
    """The same, checked."""

    called_ae: str | None = None
    ca: Path | None = None
    server_name: str | None = None
    peers: Mapping[str, Peer] = field(default_factory=dict)


NOBODY = Identity()


def read_identity(path: Path) -> Identity:
    """Read and check a TOML file; paths in it are relative to it.

    Raises:
        WrongUseError: it cannot be used; the message says which key and why.
    """
    try:
        table = told.read(path, IdentityTable)
    except told.ToldError as error:
        raise WrongUseError(str(error)) from error
    return check(table, path.parent)


def check(table: IdentityTable, folder: Path = Path()) -> Identity:
    """Make an identity of a table.

    Raises:
        WrongUseError: a certificate, key, title or address in it is of no use.
    """
    _check_title(table.called_ae)
    ca = None if table.ca is None else folder / table.ca
    if ca is not None:
        _check_ca(ca)
    peers = {f"{place}": _peer(peer, folder) for place, peer in enumerate(table.peers, start=1)}
    return Identity(table.called_ae, ca, table.server_name, peers)


def _peer(table: PeerTable, folder: Path) -> Peer:
    _check_title(table.ae_title)
    certificate = None if table.certificate is None else folder / table.certificate
    key = None if table.key is None else folder / table.key
    if certificate is not None:
        check_certificate(certificate, key)
    elif key is not None:
        raise WrongUseError(f"{key}: a key is of no use without its certificate; give both")
    return Peer(
        table.ae_title.strip(),
        may=frozenset(table.may or ("echo",)),
        certificate=certificate,
        key=key,
        listens_on=None if table.listens_on is None else _listens_on(table.listens_on),
        rights_known=table.may is not None,
        user=None if table.user is None else folder / table.user,
    )


def _check_title(title: str | None) -> None:
    if title is None:
        return
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isascii() or "\\" in title:
        raise WrongUseError(f"{title!r} is no AE title: 1 to 16 ASCII characters, no backslash")


def _listens_on(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise WrongUseError(f"listens_on = {text!r}: say HOST:PORT of this machine")
    return host.strip("[]"), int(port)


def check_certificate(certificate: Path, key: Path | None, now: datetime | None = None) -> None:
    """Whether our own certificate can be shown at all.

    Raises:
        WrongUseError: it cannot be read, has ended, has not begun, or its key is another's.
    """
    now = now or datetime.now(UTC)
    leaf = _read_pem(certificate)[0]
    if leaf.not_valid_after_utc < now:
        ended = leaf.not_valid_after_utc.date()
        raise WrongUseError(f"{certificate}: your own certificate ended on {ended}; renew it")
    if leaf.not_valid_before_utc > now:
        begins = leaf.not_valid_before_utc.date()
        raise WrongUseError(f"{certificate}: your own certificate begins only on {begins}")
    for path in (certificate, key or certificate):
        path.read_bytes()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=_asked)
    except (ssl.SSLError, ValueError) as error:
        raise WrongUseError(_why_useless(error, certificate, key)) from error


def _asked() -> str:
    raise ValueError("the key is encrypted")


def _why_useless(error: Exception, certificate: Path, key: Path | None) -> str:
    if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
        return f"{key or certificate}: this key does not belong to the certificate {certificate}"
    if "encrypted" in str(error):
        return f"{key}: the key is encrypted; give one that is not, readable by you alone"
    return f"{key or certificate}: holds no private key in PEM that TLS could use"


def _check_ca(path: Path) -> None:
    _read_pem(path)


def _read_pem(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise WrongUseError(f"{path}: holds no certificate in PEM") from error
