"""What a C-GET or C-MOVE brings: instances as they arrive, and how it ended."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pynetdicom import evt
from pynetdicom.dimse_primitives import C_STORE


@dataclass(frozen=True)
class Delivered:
    """One instance that came over the wire. ``data_set`` is encoded, without file meta."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    data_set: bytes
    from_address: str = ""


Receiver = Callable[[Delivered], int]
"""Takes an instance and gives the C-STORE status to answer with."""


@dataclass(frozen=True)
class Transfer:
    """How a C-GET or C-MOVE ended. ``status`` None: no final answer came."""

    status: int | None
    completed: int = 0
    failed: int = 0


def take(event: evt.Event, receive: Receiver) -> int:
    """Hand an arriving C-STORE (of a C-GET or C-MOVE) to a receiver."""
    context, request = event.context, cast("C_STORE", event.request)
    data_set = request.DataSet
    return receive(
        Delivered(
            sop_class_uid=str(request.AffectedSOPClassUID),
            sop_instance_uid=str(request.AffectedSOPInstanceUID),
            transfer_syntax=str(context.transfer_syntax),
            data_set=data_set.getvalue() if isinstance(data_set, io.BytesIO) else b"",
            from_address=str(event.assoc.remote["address"]),
        )
    )
