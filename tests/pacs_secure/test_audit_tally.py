from xml.etree import ElementTree as ET

import pytest

from pacs_open.values import Destination, Dimse, Event, Moment
from pacs_secure.audit_message import AuditMessages
from pacs_secure.audit_tally import OPEN_AT_ONCE, Tallies, is_success

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"


@pytest.fixture
def tallies():
    return Tallies("connection", AuditMessages("TEST"))


@pytest.fixture
def stored(make_operation):
    def make(study="1.2", *, status=0, sop_class=CT, patient="P1", replaced=False):
        operation = make_operation(Dimse.STORE, sop_class=sop_class)
        return Event(
            Moment.OPERATION_ANSWERED,
            peer=operation.request.peer,
            request=operation.request,
            operation=operation,
            status=status,
            patient_id=patient,
            study_instance_uid=study,
            replaced=replaced,
        )

    return make


def told(entries):
    """EventID, EventActionCode, outcome, source, destination, numbers by SOP class of each."""
    result = []
    for entry in entries:
        root = ET.fromstring(entry.message)  # noqa: S314 - our own writing
        event = root.find("EventIdentification")
        who = [
            p.get("AlternativeUserID", "").removeprefix("AETITLES= ")
            for p in root.findall("ActiveParticipant")
        ]
        counts = {c.get("UID"): int(c.get("NumberOfInstances")) for c in root.iter("SOPClass")}
        result.append(
            (
                event.find("EventID").get("csd-code"),
                event.get("EventActionCode"),
                event.get("EventOutcomeIndicator"),
                who,
                counts,
            )
        )
    return result


def test_a_study_is_told_when_it_begins_and_when_it_ends(tallies, stored):
    first = tallies.count(stored())
    assert told(first) == [("110102", "E", "0", ["MODALITY", "PACS-SECURE"], {})]
    for _ in range(999):
        assert tallies.count(stored()) == []
    assert tallies.count(stored(sop_class=MR)) == []

    end = tallies.end()

    assert told(end) == [("110104", "C", "0", ["MODALITY", "PACS-SECURE"], {CT: 1000, MR: 1})]
    assert tallies.end() == []


def test_the_writer_is_told_what_began_and_what_ended(tallies, stored):
    (begin,), (other,) = tallies.count(stored("1.2")), tallies.count(stored("1.3"))
    first, second = tallies.end()

    assert begin.begins[0] != other.begins[0]
    assert (first.ends, second.ends) == (begin.begins[0], other.begins[0])
    assert begin.begins[1].study_instance_uid == "1.2"
    assert not begin.kind  # a transfer is never folded


def test_success_and_failure_new_and_altered_are_told_apart(tallies, stored):
    for event in (
        stored(),
        stored(),
        stored(status=0xA700),
        stored(replaced=True),
        stored(replaced=None),
        stored(patient="P2"),
    ):
        tallies.count(event)

    assert [(t[1], t[2], t[4][CT]) for t in told(tallies.end())] == [
        ("C", "0", 2),
        ("C", "8", 1),
        ("U", "0", 1),
        ("R", "0", 1),
        ("C", "0", 1),
    ]


@pytest.mark.parametrize(
    ("service", "destination", "who"),
    [
        (Dimse.GET, None, ["PACS-SECURE", "MODALITY"]),
        (
            Dimse.MOVE,
            Destination("WORKSTATION", "127.0.0.1", 1, True),
            ["PACS-SECURE", "WORKSTATION", "MODALITY"],
        ),
    ],
)
def test_what_is_sent_names_who_got_it_and_who_asked(
    service, destination, who, tallies, make_operation
):
    operation = make_operation(service)
    event = Event(
        Moment.SUB_OPERATION_ANSWERED,
        peer=operation.request.peer,
        request=operation.request,
        operation=operation,
        status=0,
        study_instance_uid="1.2",
        destination=destination,
    )
    tallies.count(event)
    tallies.count(event)

    (end,) = told(tallies.end())

    assert end == ("110104", "R", "0", who, {None: 2})


def test_ever_new_studies_do_not_fill_the_memory(tallies, stored):
    entries = [
        entry
        for number in range(OPEN_AT_ONCE + 3)
        for entry in tallies.count(stored(f"1.{number}"))
    ]

    assert len(tallies._open) == OPEN_AT_ONCE
    assert [t[0] for t in told(entries)].count("110104") == 3


@pytest.mark.parametrize(
    ("status", "success"),
    [
        (0, True),
        (45056, True),
        (49151, True),
        (65024, True),
        (1, True),
        (263, True),
        (42752, False),
        (49152, False),
        (292, False),
        (273, False),
        (None, False),
    ],
)
def test_a_warning_is_a_success_and_silence_is_not(status, success):
    assert is_success(status) is success
