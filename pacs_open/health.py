"""Does the archive that a configuration describes answer? It is asked as a peer asks: by C-ECHO.

The asker is the archive itself, from where it runs: it calls its own address with its own AE title
and, where its controls bring TLS, with its own certificate. A hardened archive answers that only
if its lists admit its own title for C-ECHO.
"""

import dataclasses
import ipaddress
from collections.abc import Sequence
from typing import Final

from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.errors import PacsError
from pacs_open.ledger import LocalLedger
from pacs_open.stack import Stack
from pacs_open.values import AssociationRequest, Destination, Dimse, Operation, Peer
from pacs_open.wire import requestor
from pacs_open.wire.command import Command, CommandField

WITHIN: Final = 5.0
"""Seconds for everything: connection, TLS, association and answer."""
VERIFICATION: Final = "1.2.840.10008.1.1"
IMPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"


class UnhealthyError(PacsError):
    """The archive does not answer a C-ECHO; the message says what it does instead."""


def ask(config: Config, controls: Sequence[Control], *, within: float = WITHIN) -> None:
    """C-ECHO to the archive of this configuration (PS3.4 A.4).

    Args:
        config: where it listens, and as whom; if its own title stands among its peers, their
            ``server_name`` is the one that its certificate must carry.
        controls: those that a requestor has to obey on the way there (``dial``): TLS, if any.
        within: seconds until it must have answered.

    Raises:
        UnhealthyError: it does not answer, or with another status than 0000H.
    """
    title = config.network_ae.ae_title
    if not config.network_connection.port:
        message = "network_connection.port is 0, any free one; name it to be asked there"
        raise UnhealthyError(message)
    try:
        status = _echo(_dialled(config, controls), title, within)
    except PacsError as error:
        raise UnhealthyError(f"{title} does not answer C-ECHO: {error}") from error
    if status is None:
        raise UnhealthyError(f"{title} does not accept the Verification SOP class")
    if status:
        raise UnhealthyError(f"{title} answers C-ECHO with {status:04X}H")


def _echo(destination: Destination, title: str, within: float) -> int | None:
    """Status of the answer; None if there is no presentation context for the question."""
    channel = requestor.request(
        destination,
        calling_ae_title=title,
        proposals=[(VERIFICATION, [IMPLICIT_VR_LITTLE_ENDIAN])],
        door=Door(silence=within, pdu_deadline=within, write_deadline=within, artim=1.0),
        within=within,
    )
    status = None
    for context_id in channel.contexts:
        channel.send(context_id, Command(CommandField.C_ECHO_RQ, VERIFICATION, message_id=1))
        status = channel.receive_response(1).status
    channel.release()
    return status


def _dialled(config: Config, controls: Sequence[Control]) -> Destination:
    """Our own address, as the controls let us call it."""
    stack = Stack(controls, LocalLedger({}))
    stack.secure()
    title, connection = config.network_ae.ae_title, config.network_connection
    address = ipaddress.ip_address(connection.host)
    if address.is_unspecified:  # it listens everywhere, on loopback, too
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")  # noqa: PLR2004
    itself = Destination(title, str(address), connection.port, known=True)
    for peer in config.peers:
        if peer.ae_title == title:
            itself = dataclasses.replace(itself, server_name=peer.server_name)
    asker = AssociationRequest(Peer(str(address), 0), title, title)
    operation = Operation(asker, Dimse.ECHO, VERIFICATION, 1, IMPLICIT_VR_LITTLE_ENDIAN)
    return stack.dial(itself, operation)
