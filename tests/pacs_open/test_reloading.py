import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.config import KnownPeer
from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import LocalLedger
from pacs_open.reloading import MOST_TOLD, Setup, check, differences, facts, read


class Titles(Control):
    name = "titles"
    titles: tuple[str, ...] = ()
    rights: dict[str, frozenset[str]] = {}  # noqa: RUF012 - a field of pydantic
    limit: int | None = None

    def secure(self, door):
        if self.limit == 0:
            raise ConfigurationError("a limit of nothing")


class Counting(Control):
    name = "counting"
    most: int = 1

    def books(self):
        return {}


DEVICE = KnownPeer(ae_title="DEVICE", host="127.0.0.1", port=104)


@pytest.fixture
def setup(configuration):
    def make(*controls, **changes):
        return Setup(configuration.model_copy(update=changes), controls or (Titles(),))

    return make


def test_controls_and_peers_may_change(setup):
    before = setup(Titles(), Counting())

    check(before, before)
    check(before, setup(Titles(titles=("A",)), Counting(), peers=(DEVICE,), callback_port=1))


@pytest.mark.parametrize(
    ("controls", "changes", "said"),
    [
        ((Titles(), Counting(most=2)), {}, r"controls\.counting counts in its books; restart"),
        ((Titles(),), {}, "switched on or off; restart"),
        ((Counting(), Titles()), {}, "switched on or off; restart"),
        ((Titles(), Counting()), {"network_ae": None}, "has changed; restart"),
    ],
)
def test_what_needs_a_restart_says_so(setup, controls, changes, said):
    with pytest.raises(ConfigurationError, match=said):
        check(setup(Titles(), Counting()), setup(*controls, **changes))


def test_differences_name_the_setting_and_the_value(setup):
    before = facts(setup(Titles(titles=("A", "B"), rights={"A": {"echo"}})))
    after = facts(setup(Titles(titles=("B", "C"), rights={"A": {"echo", "store"}, "C": {"find"}})))

    assert differences(before, after) == (
        "titles.rights.A + store; titles.rights.C + find; titles.titles + C; titles.titles - A"
    )
    assert "no setting has changed" in differences(before, before)


def test_a_device_is_a_setting_too(setup):
    said = differences(facts(setup()), facts(setup(peers=(DEVICE,))))

    assert "peers + {'ae_title': 'DEVICE'" in said


def test_a_flood_of_changes_is_counted(setup):
    many = tuple(f"T{n:03}" for n in range(MOST_TOLD + 7))

    said = differences(facts(setup()), facts(setup(Titles(titles=many))))

    assert said.endswith("and 7 more")
    assert said.count(";") == MOST_TOLD


paths = st.text(st.characters(codec="ascii"), max_size=3)
names = st.frozensets(st.text(st.characters(codec="ascii"), max_size=3), max_size=4)


@given(st.dictionaries(paths, names), st.dictionaries(paths, names))
def test_nothing_is_told_only_where_nothing_has_changed(before, after):
    present = {k: v for k, v in before.items() if v}, {k: v for k, v in after.items() if v}

    assert ("no setting has changed" in differences(before, after)) is (present[0] == present[1])


def test_what_is_read_was_tried_and_is_fresh(setup):
    before, ledger = setup(), LocalLedger({})

    change = read(lambda: setup(Titles(titles=("A",))), before, facts(before), ledger)

    assert change.setup.controls[0] == Titles(titles=("A",))
    assert change.told == "titles.titles + A"
    with pytest.raises(ConfigurationError, match="a limit of nothing"):
        read(lambda: setup(Titles(limit=0)), before, facts(before), ledger)
