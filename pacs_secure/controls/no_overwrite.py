"""What is archived stays as it is.

Why it matters: an instance is known by its SOP Instance UID alone. Whoever may store may put
other pixels under a UID that exists, and the evidence of a diagnosis is gone without a trace.

What it demands: an instance under a UID that is archived already, with another data set or
transfer syntax, is answered 0111H Duplicate SOP Instance (PS3.7 Annex C) and nothing changes.
The question is asked inside the index transaction, so that two peers at once cannot slip past
it. The very same data set again is no overwriting: modalities repeat themselves when an answer
got lost; the archive answers 0000H, writes nothing, and does not even ask.

What it cannot do: judge which of the two was right. A genuine correction needs a new UID, as
the Standard demands anyway.

How to set it: it has no settings; ``enabled = false`` in ``[controls.no_overwrite]`` switches
it off.
"""

from typing import ClassVar

from pacs_open.control import Control
from pacs_open.refusals import DimseRefused
from pacs_open.values import Operation, Record

DUPLICATE_SOP_INSTANCE = 0x0111
"""PS3.7 C.4.2.1: a SOP instance with this UID exists already."""


class NoOverwrite(Control):
    """Other bytes under an archived UID are refused."""

    name: ClassVar[str] = "no_overwrite"
    standard: ClassVar[tuple[str, ...]] = ("PS3.7 C.4",)
    stops: ClassVar[tuple[str, ...]] = ("overwrite_instance",)

    def commit(self, record: Record, operation: Operation) -> None:
        """Answer 0111H where anything stands under this UID.

        The same digest is no excuse: the same bytes in another transfer syntax are another
        instance, and a true repetition never comes here.
        """
        if record.existing_digest is not None:
            raise DimseRefused(
                "the instance is archived with other content",
                DUPLICATE_SOP_INSTANCE,
                "SOP instance is archived with other content",
            )
