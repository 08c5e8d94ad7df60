"""Verification: C-ECHO (PS3.4 Annex A)."""

from pacs_open.services.answer import SUCCESS, Answer
from pacs_open.services.scp import Scp
from pacs_open.values import Operation
from pacs_open.wire.association import Message


def echo(_scp: Scp, _operation: Operation, _message: Message, answer: Answer) -> None:
    """Yes, we are here."""
    answer.status = SUCCESS
