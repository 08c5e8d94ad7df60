"""Our own SCU before every face of a rogue archive, with and without each of its checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.certificates import revocation_list
from lab.key_files import private_folder, replace_file
from lab.pki import Authority
from lab.rogue import faces
from lab.rogue.caller import COLUMNS, Check, Trust, goes_on
from lab.rogue.faces import GOOD, REVOKED_SINCE, STALE_CRL, Face
from lab.rogue.listener import Listener
from lab.scene import Credential

LIFETIME = timedelta(hours=1)
NAME = "rogue.pacslab.internal"
ALL = "all checks"


@dataclass(frozen=True)
class Table:
    """Rows are faces, columns what our SCU went without; true: it went on."""

    rows: tuple[Face, ...]
    columns: tuple[str, ...]
    cells: Mapping[str, Mapping[str, bool]]
    """Face, column."""

    @property
    def is_served(self) -> bool:
        """Whether the good face was taken in every column: else no refusal proves anything."""
        return all(self.cells[GOOD].values())

    @property
    def fooled_by(self) -> Sequence[str]:
        """Faces that our SCU took although it looked at everything."""
        return [row for row, cells in self.cells.items() if row != GOOD and cells[ALL]]


def run(
    folder: Path,
    columns: Sequence[Check | None] = COLUMNS,
    progress: Callable[[int, int, str], None] | None = None,
) -> Table:
    """Make an authority and its faces in ``folder``, and call each of them."""
    private_folder(folder)
    authority = Authority.create(folder / "authority", lifetime=LIFETIME)
    shown = [*faces.make(authority, folder, names=(), addresses=("127.0.0.1",))]
    shown.append(_revoked_since(authority, folder))
    trust = Trust(authority.trust, folder / "crl.pem", NAME)
    authority.write_crl(trust.crl)
    stale = replace(trust, crl=_stale(authority, folder / "stale-crl.pem"))
    shown.append(replace(shown[0], id=STALE_CRL, words="whose CA's revocation list is out of date"))
    cells: dict[str, dict[str, bool]] = {}
    for done, face in enumerate(shown):
        if progress is not None:
            progress(done, len(shown), face.id)
        held = stale if face.id == STALE_CRL else trust
        with Listener(face, ("127.0.0.1", 0), lambda _visit: None) as listener:
            cells[face.id] = {
                _title(column): goes_on(
                    face, listener.address, held, column, known=face.id == REVOKED_SINCE
                )
                for column in columns
            }
    return Table(tuple(shown), tuple(_title(column) for column in columns), cells)


def _title(without: Check | None) -> str:
    return ALL if without is None else f"without {without}"


def _revoked_since(authority: Authority, folder: Path) -> Face:
    """An archive that our SCU was right to believe, until its certificate was revoked."""
    own = authority.issue("rogue", folder / REVOKED_SINCE, ae_title="ROGUE")
    authority.revoke(own)
    context = faces.weak_context(Credential(own.certificate, own.key))
    words = "whose certificate was revoked after a session with it had begun"
    return Face(REVOKED_SINCE, words, context, "", own.certificate)


def _stale(authority: Authority, path: Path) -> Path:
    """The authority's list as it was a week ago, out of date since yesterday."""
    now = datetime.now(UTC)
    validity = (now - timedelta(days=8), now - timedelta(days=1))
    replace_file(path, revocation_list(authority.intermediate, (), validity))
    return path
