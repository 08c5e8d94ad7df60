"""Verification: C-ECHO (PS3.4 Annex A)."""

from pacs_open.association import Message
from pacs_open.services.answer import SUCCESS, Answer
from pacs_open.services.scp import Scp
from pacs_open.values import Operation


def echo(_scp: Scp, _operation: Operation, _message: Message, answer: Answer) -> None:
    """Yes, we are here."""
    answer.status = SUCCESS
