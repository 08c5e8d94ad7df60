"""What travels arrives as it was: orders and results, through JSON and back."""

import pytest
from pydantic import ValidationError

from lab.evidence import Evidence, Layer
from lab.exposure import Taken
from lab.peers.modality import Sent
from lab.peers.workstation import Retrieved, Worked
from lab.probe import Answer, Answered, Untold
from lab.scene import Wanted
from lab.stations import orders
from lab.target import Door
from lab.verdict import PositiveControl
from sample_images.manifest import Manifest
from sample_images.size import Size

SEEN = (Evidence(Layer.TLS, "TLS alert unknown_ca (48)", "alert 48"),)
WANTED = Wanted("P", "1", "2", "3")
KEY = Manifest(seed=1, size=Size.SMALL, patients=())
FRIEND = PositiveControl("A, B", ("A C-ECHO",), ok=True, reached=True, evidence=SEEN)
ORDERS = [
    orders.Send(within=9, patients=2, seed=1, size=Size.FULL, archives=("open", "secure")),
    orders.Work(within=9, archive="secure", answer_key=KEY),
    orders.Measure(within=9, archive="open", pictures=True),
    orders.Greet(within=9, archive="open", wanted=WANTED),
    orders.Ask(within=9, archive="open", probes=("list_patients",), wanted=None),
    orders.GreetAgain(within=9, archive="open", before=FRIEND),
]
RESULTS = [
    (
        orders.SENT,
        orders.SentToAll(
            KEY, {"open": Sent(3, failed=1, tls="TLSv1.3", evidence=SEEN, reached=True)}
        ),
    ),
    (
        orders.WORKED,
        Worked(
            1,
            2,
            SEEN,
            got=Retrieved(1, 2, tls=True, evidence=SEEN),
            moved=Retrieved(2, 2, tls=False),
        ),
    ),
    (orders.TAKEN, Taken(6, None, 2, {"1.2": "ab", "1.3": None}, True, 99, 1.5, SEEN)),
    (orders.GREETED, orders.Greeted(Door("pacs", 104, True), "PACS", FRIEND, WANTED)),
    (orders.GREETED, orders.Greeted(Door("pacs", 104), "PACS", None, None)),
    (
        orders.ASKED,
        (
            orders.AskedOne("a", Answered(Answer.YES, SEEN), 0.5),
            orders.AskedOne("b", Answered(Answer.UNKNOWN, SEEN, Untold.NOT_TESTED), 0.5),
        ),
    ),
    (orders.GREETED_AGAIN, FRIEND),
    (orders.GREETED_AGAIN, None),
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.do)
def test_an_order_arrives_as_it_was_given(order):
    assert orders.ORDER.validate_json(orders.ORDER.dump_json(order, by_alias=True)) == order


@pytest.mark.parametrize(("adapter", "value"), RESULTS)
def test_a_result_arrives_as_it_was(adapter, value):
    assert adapter.validate_json(adapter.dump_json(value, by_alias=True)) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"do": "delete", "within": 1}',
        b'{"do": "measure", "archive": "open", "pictures": true}',
        b'{"do": "measure", "within": 0, "archive": "open", "pictures": true}',
        b'{"do": "measure", "within": 1, "archive": "open", "pictures": true, "more": 1}',
    ],
)
def test_what_is_no_order_is_not_obeyed(text):
    with pytest.raises(ValidationError):
        orders.ORDER.validate_json(text)


def test_an_unknown_answer_without_its_reason_is_none():
    with pytest.raises(ValidationError):
        orders.ASKED.validate_python(
            [{"probe": "a", "answered": {"answer": "unknown"}, "seconds": 1}]
        )
