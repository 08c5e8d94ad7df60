"""What a station can be ordered to do, and what it gives back: values that travel as JSON.

An order's ``within`` is its deadline in seconds; a station that does not keep it says so and
ends. Results are the very values that the same work gives in one process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from lab import told
from lab.exposure import Taken
from lab.overheard import Overheard
from lab.peers.glance import Glanced
from lab.peers.modality import Sent
from lab.peers.workstation import Worked
from lab.probe import Answered
from lab.scene import Wanted
from lab.target import Door
from lab.verdict import PositiveControl
from sample_images.manifest import Manifest, StudyEntry
from sample_images.size import Size

BriefName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
"""The id of the question that a certificate is made for; a folder's name, too."""


class _Order(told.Table):
    within: float = Field(gt=0)
    """Seconds."""


class Send(_Order):
    """A modality draws invented patients and sends them to archives."""

    do: Literal["send"] = "send"
    patients: int = Field(ge=0)
    seed: int
    size: Size
    archives: tuple[str, ...]
    first: int = Field(default=1, ge=1)
    """Number of the first patient who is drawn; ``patients`` is that of the last."""
    last: Mapping[str, int] = Field(default_factory=dict)
    """Archive to the number of the last patient that it is sent; all where it is not named."""
    patience: float = Field(default=0.0, ge=0)
    """Seconds in which a patient's images are sent again where the connection broke."""


class Work(_Order):
    """A workstation finds, gets, and has moved everything."""

    do: Literal["work"] = "work"
    archive: str
    answer_key: Manifest


class Measure(_Order):
    """A stranger takes what it is given."""

    do: Literal["measure"] = "measure"
    archive: str
    pictures: bool
    """Whether each image is sent back as a picture."""


class Greet(_Order):
    """Every device that this station is does what it may."""

    do: Literal["greet"] = "greet"
    archive: str
    wanted: Wanted | None = None


class Ask(_Order):
    """Questions are put."""

    do: Literal["ask"] = "ask"
    archive: str
    probes: tuple[str, ...]
    wanted: Wanted | None = None
    brief: BriefName | None = None
    """The certificate that the authority has laid down for them."""


class GreetAgain(_Order):
    """Every device is greeted once more, after the questions."""

    do: Literal["greet again"] = "greet again"
    archive: str
    before: PositiveControl


class Listen(_Order):
    """A tap relays one conversation to an archive, and records it."""

    do: Literal["listen"] = "listen"
    archive: str
    names: tuple[str, ...]
    """Whom to look for in what was recorded."""


class Glance(_Order):
    """A workstation lists all studies and gets one, through the tap."""

    do: Literal["glance"] = "glance"
    archive: str
    study: StudyEntry


Order = Annotated[
    Send | Work | Measure | Greet | Ask | GreetAgain | Listen | Glance,
    Field(discriminator="do"),
]


@dataclass(frozen=True)
class SentToAll:
    """What was drawn, and what became of it at each archive."""

    answer_key: Manifest
    sent: Mapping[str, Sent]


@dataclass(frozen=True)
class Greeted:
    """The archive as it was met, and how its friends were served."""

    door: Door
    ae_title: str
    friend: PositiveControl | None
    wanted: Wanted | None


@dataclass(frozen=True)
class AskedOne:
    """One question's answer, and the seconds it took."""

    probe: str
    answered: Answered
    seconds: float


ORDER: TypeAdapter[Send | Work | Measure | Greet | Ask | GreetAgain | Listen | Glance] = (
    TypeAdapter(Order)
)
SENT = TypeAdapter(SentToAll)
WORKED = TypeAdapter(Worked)
TAKEN = TypeAdapter(Taken)
GREETED = TypeAdapter(Greeted)
OVERHEARD = TypeAdapter(Overheard)
GLANCED = TypeAdapter(Glanced)
ASKED = TypeAdapter(tuple[AskedOne, ...])
GREETED_AGAIN: TypeAdapter[PositiveControl | None] = TypeAdapter(PositiveControl | None)
