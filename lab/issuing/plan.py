"""Who gets which certificate, and where it goes: what ``pki.toml`` says."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from lab import told
from lab.certificates import Usage
from lab.newcomer import NAME

Name = Annotated[str, Field(pattern=NAME)]


class IdentityTable(told.Table):
    """One device."""

    name: Name
    """Its certificate is for ``NAME.pacslab.internal``."""
    ae_title: str = ""
    """Empty for what speaks no DICOM."""
    directory: Path
    """Where key.pem, certificate.pem and trust.pem go."""
    listens: bool = False
    """Whether it is called, too, rather than only calls."""
    names: tuple[str, ...] = ()
    """More host names that it has."""

    user: str | None = None
    """Who sits there: gets a passcode and tokens, in ``directory``/user."""

    @property
    def usage(self) -> Usage:
        """What its certificate may be shown for."""
        return Usage.CALLS_AND_LISTENS if self.listens else Usage.CALLS


class BadTable(told.Table):
    """A device that gets a certificate of each bad case (:mod:`lab.bad_certificates`)."""

    name: Name
    """Each is for ``NAME.pacslab.internal``, were it good."""
    directory: Path
    """Where each goes, in a folder named for its case."""


class BriefTable(told.Table):
    """A device that gets a good certificate for one question, whenever ``brief`` is called."""

    name: Name
    """It is for ``NAME.pacslab.internal``."""
    directory: Path
    """Where it goes, in a folder named for its question; what was there before is replaced."""


class ArchiveTable(told.Table):
    """What the hardened archive is given of the others: nothing that is secret to them."""

    peers: Path
    """Folder for the certificates of all devices, as NAME.pem."""
    crl: Path
    admitted: Path
    """Folder for a file of each device that is admitted later."""
    users: Path
    """Folder for the hashes of passcodes, and the key of who issues tokens."""
    audit_key: Path


class Issuing(told.Table):
    """Who gets what."""

    authority: Path
    archive: ArchiveTable
    identities: tuple[IdentityTable, ...]
    bad_certificates: BadTable | None = None
    brief: BriefTable | None = None
