"""Where the lab runs: an engine starts both archives, finds them again, and stops them."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from lab.engines.record import Lab

if TYPE_CHECKING:  # who works for the lab knows its engines
    from lab.crew import Crew
    from lab.newcomer import Newcomer

Which = Literal["open", "secure"]

TIME_TO_LIVE = timedelta(hours=8)
"""How long a lab runs before it stops itself, unless told otherwise."""


class EngineError(Exception):
    """The lab cannot be started, found or stopped; the message is one line for a person."""


class LabRunsError(EngineError):
    """A lab runs already; there is one a user."""


class Engine(Protocol):
    """A way to run the lab's two archives."""

    name: ClassVar[str]

    def up(
        self,
        folder: Path,
        *,
        time_to_live: timedelta = TIME_TO_LIVE,
        bound: bool = False,
        admit: bool = True,
    ) -> Lab:
        """Start both archives, empty, with keys and certificates of their own.

        A ``bound`` lab ends with the program that made it, however that ends.
        ``admit`` false starts a hardened archive with empty lists of friends.

        Raises:
            LabRunsError: ``folder`` holds a lab that is alive.
            EngineError: an archive does not start (nothing is left running), or ``folder`` is
                somebody else's.
            OSError: ``folder`` cannot be made.
        """

    def is_alive(self, lab: Lab) -> bool:
        """Whether anything of the lab runs."""

    def runs(self, lab: Lab, which: Which) -> bool:
        """Whether one archive runs."""

    def stop(self, lab: Lab, which: Which) -> None:
        """Stop one archive; its data, keys and port stay its own."""

    def mark(self, lab: Lab) -> None:
        """Remember the archives' present content for :meth:`reset`."""

    def reset(self, lab: Lab) -> Lab:
        """Bring the archives' content back to the mark; ports, keys and clocks stay.

        This is how the marked instances of a run are removed where the lab goes on living.
        """

    def down(self, lab: Lab) -> None:
        """Stop everything and remove the lab's folder, keys and marked instances included."""

    def watch(self, lab: Lab) -> None:
        """Look whether the lab may go on running; the keeper asks every few seconds.

        Raises:
            EngineError: nobody can tell now.
        """

    def notes(self, lab: Lab) -> Sequence[str]:
        """What a person has to know about the lab, one line each."""

    def admit(self, lab: Lab, newcomer: "Newcomer") -> str:
        """Admit a device to the hardened archive at once; the certificate (PEM) it is to show.

        Raises:
            EngineError: it cannot be admitted; nothing has changed then.
        """

    def revoke(self, lab: Lab, name: str) -> None:
        """Revoke a device's certificate; what it has open is cut off. Raises EngineError."""

    def crew(self, lab: Lab) -> "Crew":
        """The devices that work with the lab's archives."""
