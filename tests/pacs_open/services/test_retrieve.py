import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MRImageStorage,
)
from pynetdicom import sop_class

from pacs_open.archive.stored import Reader
from pacs_open.control import Control
from pacs_open.errors import (
    ConnectionLostError,
    DamagedRecordError,
    IndexUnavailableError,
    PeerAbortedError,
)
from pacs_open.refusals import move_destination_unknown
from pacs_open.values import Moment

PATIENT_GET = sop_class.PatientRootQueryRetrieveInformationModelGet
PATIENT_MOVE = sop_class.PatientRootQueryRetrieveInformationModelMove
STUDY_GET = sop_class.StudyRootQueryRetrieveInformationModelGet
STUDY_MOVE = sop_class.StudyRootQueryRetrieveInformationModelMove


ROLES = {CTImageStorage: (False, True), MRImageStorage: (False, True)}
GET = [
    (PATIENT_GET, [ExplicitVRLittleEndian]),
    (STUDY_GET, [ExplicitVRLittleEndian]),
    (STUDY_GET, [ImplicitVRLittleEndian]),
    (CTImageStorage, [ExplicitVRLittleEndian]),
]
ALL = [
    {"level": "PATIENT", "PatientID": "P1"},
    {"level": "STUDY", "StudyInstanceUID": "2.25.10"},
    {"level": "SERIES", "StudyInstanceUID": "2.25.10", "SeriesInstanceUID": "2.25.20"},
    {"level": "IMAGE", "SOPInstanceUID": ["2.25.301", "2.25.302", "2.25.303"]},
]


@pytest.fixture
def filled(pacs, instance):
    pacs.fill(*(instance(number) for number in (1, 2, 3)))
    return pacs


def counts(command):
    return (
        command.number_of_remaining_suboperations,
        command.number_of_completed_suboperations,
        command.number_of_failed_suboperations,
        command.number_of_warning_suboperations,
    )


@pytest.mark.usefixtures("all_progress")
@pytest.mark.parametrize("keys", ALL, ids=lambda keys: keys["level"])
def test_a_get_sends_every_instance_of_every_level_as_it_was_received(
    filled, identifier, instance, encode, keys
):
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(identifier(**keys), model=PATIENT_GET)

    assert [data for _, _, data in stored] == [encode(instance(n)) for n in (1, 2, 3)]
    assert [command.affected_sop_instance_uid for command, _, _ in stored] == [
        "2.25.301",
        "2.25.302",
        "2.25.303",
    ]
    assert all(command.move_originator_ae_title is None for command, _, _ in stored)
    assert [(c.status, counts(c)) for c, _ in answers] == [
        (0xFF00, (2, 1, 0, 0)),
        (0xFF00, (1, 2, 0, 0)),
        (0x0000, (None, 3, 0, 0)),
    ]
    assert not any(data for _, data in answers)


@pytest.mark.parametrize("model", [STUDY_GET, STUDY_MOVE])
def test_progress_is_told_at_once_and_then_now_and_then(
    start_pacs, storage_scp, instance, identifier, monkeypatch, model
):
    """PS3.4 C.4.2.3.1, C.4.3.3.1: pending responses are optional."""
    monkeypatch.setattr("pacs_open.services.retrieve.PROGRESS_EVERY", 3600)
    wanted = identifier("STUDY", StudyInstanceUID="2.25.10")
    with storage_scp([(CTImageStorage, [ExplicitVRLittleEndian])]) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(*(instance(n) for n in (1, 2, 3)))
        with pacs.scu(*GET, (STUDY_MOVE, [ExplicitVRLittleEndian]), roles=ROLES) as scu:
            if model == STUDY_GET:
                answers, _ = scu.get(wanted)
            else:
                answers = scu.move(wanted, "ANYBODY")

    assert [counts(command) for command, _ in answers] == [(2, 1, 0, 0), (None, 3, 0, 0)]


def test_a_get_without_the_scp_role_fails_every_sub_operation(filled, identifier, decode):
    with filled.scu(*GET) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))

    assert not stored
    final, data = answers[-1]
    assert (final.status, counts(final)) == (0xA702, (None, 0, 3, 0))
    assert list(decode(data).FailedSOPInstanceUIDList) == ["2.25.301", "2.25.302", "2.25.303"]


def test_a_get_in_part_is_a_warning_with_the_list_of_what_failed(
    filled, identifier, instance, decode
):
    filled.fill(instance(4, SOPClassUID=MRImageStorage))

    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(
            identifier("STUDY", StudyInstanceUID="2.25.10"),
            status=lambda command: 0xA700 if command.affected_sop_instance_uid == "2.25.302" else 0,
        )

    assert len(stored) == 3
    final, data = answers[-1]
    assert (final.status, counts(final)) == (0xB000, (None, 2, 2, 0))
    assert list(decode(data).FailedSOPInstanceUIDList) == ["2.25.302", "2.25.304"]


def test_the_list_of_what_failed_is_encoded_as_the_request_was(filled, identifier, decode):
    with filled.scu(*GET) as scu:
        answers, _ = scu.get(
            identifier("IMAGE", SOPInstanceUID="2.25.301"), syntax=ImplicitVRLittleEndian
        )

    assert decode(answers[-1][1], ImplicitVRLittleEndian).FailedSOPInstanceUIDList == "2.25.301"


def test_warnings_of_the_receiver_are_counted_apart(filled, identifier):
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, _ = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"), status=0xB000)

    final, data = answers[-1]
    assert (final.status, counts(final)) == (0xB000, (None, 0, 0, 3))
    assert not data


def test_nothing_to_get_is_success_with_no_sub_operations(filled, identifier):
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.99"))

    ((final, _),) = answers
    assert (final.status, counts(final)) == (0x0000, (None, 0, 0, 0))
    assert not stored


def test_a_cancelled_get_tells_what_was_not_begun(filled, identifier):
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"), cancel_after=1)

    assert len(stored) == 1
    assert (answers[-1][0].status, counts(answers[-1][0])) == (0xFE00, (2, 1, 0, 0))


def test_a_receiver_of_the_other_encoding_gets_the_same_values(
    filled, identifier, instance, encode
):
    contexts = [(STUDY_GET, [ExplicitVRLittleEndian]), (CTImageStorage, [ImplicitVRLittleEndian])]
    with filled.scu(*contexts, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("IMAGE", SOPInstanceUID="2.25.301"))

    assert answers[-1][0].status == 0x0000
    assert stored[0][2] == encode(instance(1), ImplicitVRLittleEndian)


def test_the_stored_encoding_is_preferred_where_both_are_accepted(
    filled, identifier, instance, encode
):
    contexts = [
        (STUDY_GET, [ExplicitVRLittleEndian]),
        (CTImageStorage, [ImplicitVRLittleEndian]),
        (CTImageStorage, [ExplicitVRLittleEndian]),
    ]
    with filled.scu(*contexts, roles=ROLES) as scu:
        _, stored = scu.get(identifier("IMAGE", SOPInstanceUID="2.25.301"))

    assert stored[0][2] == encode(instance(1))


def a_compressed(instance):
    ds = instance(9)
    ds.add_new(0x7FE00010, "OB", encapsulate([b"\xff\xd8" + bytes(40) + b"\xff\xd9"]))
    ds[0x7FE00010].is_undefined_length = True
    return ds


def test_a_compressed_instance_is_sent_as_it_is_or_fails_but_is_never_decoded(
    pacs, instance, identifier, encode
):
    data = encode(a_compressed(instance))
    with pacs.scu((CTImageStorage, [JPEGBaseline8Bit])) as scu:
        assert scu.store(a_compressed(instance), syntax=JPEGBaseline8Bit, data=data).status == 0

    wanted = identifier("IMAGE", SOPInstanceUID="2.25.309")
    with pacs.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(wanted)
        assert not stored
        assert counts(answers[-1][0]) == (None, 0, 1, 0)
    jpeg = [(STUDY_GET, [ExplicitVRLittleEndian]), (CTImageStorage, [JPEGBaseline8Bit])]
    with pacs.scu(*jpeg, roles=ROLES) as scu:
        answers, stored = scu.get(wanted)
        assert counts(answers[-1][0]) == (None, 1, 0, 0)
        assert stored[0][2] == data


@pytest.mark.usefixtures("all_progress")
@pytest.mark.parametrize("keys", ALL, ids=lambda keys: keys["level"])
def test_a_move_sends_every_instance_to_its_destination(
    start_pacs, storage_scp, instance, identifier, encode, keys
):
    with storage_scp([(CTImageStorage, [ExplicitVRLittleEndian])]) as there:
        pacs = start_pacs(peers=[{"ae_title": "DEST", "host": "127.0.0.1", "port": there.port}])
        pacs.fill(*(instance(n) for n in (1, 2, 3)))
        with pacs.scu((PATIENT_MOVE, [ExplicitVRLittleEndian]), calling="ASKS") as scu:
            answers = scu.move(identifier(**keys), "DEST", model=PATIENT_MOVE)

    assert [entry["data"] for entry in there.received] == [encode(instance(n)) for n in (1, 2, 3)]
    assert {entry["originator"] for entry in there.received} == {"ASKS"}
    assert {entry["originator_message_id"] for entry in there.received} == {1}
    assert {entry["calling"] for entry in there.received} == {"PACS-OPEN"}
    assert [(c.status, counts(c)) for c, _ in answers] == [
        (0xFF00, (2, 1, 0, 0)),
        (0xFF00, (1, 2, 0, 0)),
        (0x0000, (None, 3, 0, 0)),
    ]


def test_any_other_title_is_called_back_at_the_callback_port(
    start_pacs, storage_scp, instance, identifier
):
    with storage_scp([(CTImageStorage, [ImplicitVRLittleEndian])]) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(instance(1))
        with pacs.scu() as scu:
            answers = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert answers[-1][0].status == 0x0000
    assert there.received[0]["syntax"] == ImplicitVRLittleEndian


def test_a_destination_that_answers_no_is_counted(
    start_pacs, storage_scp, instance, identifier, decode
):
    with storage_scp(
        [(CTImageStorage, [ExplicitVRLittleEndian])], status=lambda n: 0xA700 if n == 2 else 0
    ) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(*(instance(n) for n in (1, 2, 3)))
        with pacs.scu() as scu:
            *_, (final, data) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert (final.status, counts(final)) == (0xB000, (None, 2, 1, 0))
    assert decode(data).FailedSOPInstanceUIDList == "2.25.302"


def test_a_destination_without_a_fitting_context_fails_every_sub_operation(
    start_pacs, storage_scp, instance, identifier
):
    with storage_scp([(MRImageStorage, [ExplicitVRLittleEndian])]) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(instance(1))
        with pacs.scu() as scu:
            *_, (final, _) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert (final.status, counts(final)) == (0xA702, (None, 0, 1, 0))


def test_a_destination_that_cannot_be_reached_fails_every_sub_operation(
    start_pacs, instance, identifier, decode, free_port
):
    pacs = start_pacs(callback_port=free_port)
    pacs.fill(instance(1), instance(2))

    with pacs.scu() as scu:
        *_, (final, data) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert (final.status, counts(final)) == (0xA702, (None, 0, 2, 0))
    assert len(decode(data).FailedSOPInstanceUIDList) == 2


@pytest.mark.usefixtures("all_progress")
def test_a_move_of_more_sop_classes_than_contexts_takes_further_associations(
    start_pacs, storage_scp, instance, identifier, encode, monkeypatch
):
    monkeypatch.setattr("pacs_open.services.courier.MOST_CONTEXTS", 2)
    both = instance(1), instance(2, SOPClassUID=MRImageStorage)
    syntaxes = [ExplicitVRLittleEndian]
    with storage_scp([(CTImageStorage, syntaxes), (MRImageStorage, syntaxes)]) as there:
        pacs = start_pacs(callback_port=there.port)
        for one in both:
            pacs.fill(one)
        with pacs.scu() as scu:
            answers = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert [entry["data"] for entry in there.received] == [encode(one) for one in both]
    assert [(c.status, counts(c)) for c, _ in answers] == [
        (0xFF00, (1, 1, 0, 0)),
        (0x0000, (None, 2, 0, 0)),
    ]


def test_what_is_replaced_before_its_turn_has_failed(filled, identifier, instance, monkeypatch):
    """Never the bytes of one object under the digest of another, never a silent gap."""
    monkeypatch.setattr("pacs_open.index.located.PAGE", 1)

    def replaced(command):
        if command.affected_sop_instance_uid == "2.25.301":
            filled.fill(filled_again)
        return 0

    filled_again = instance(2, SeriesDescription="Another")
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"), status=replaced)

    assert [command.affected_sop_instance_uid for command, _, _ in stored] == [
        "2.25.301",
        "2.25.303",
    ]
    final, _ = answers[-1]
    assert (final.status, counts(final)) == (0xB000, (None, 2, 1, 0))


def test_nothing_to_move_is_success_and_nobody_is_called(start_pacs, identifier, free_port):
    pacs = start_pacs(callback_port=free_port)

    with pacs.scu() as scu:
        ((final, _),) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.99"), "ANYBODY")

    assert (final.status, counts(final)) == (0x0000, (None, 0, 0, 0))


def test_a_title_that_nobody_knows_is_refused(start_pacs, instance, identifier):
    pacs = start_pacs(callback_port=None)
    pacs.fill(instance(1))

    with pacs.scu() as scu:
        ((final, data),) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert final.status == 0xA801
    assert final.error_comment == "Move destination unknown"
    assert not data


class Dialling(Control):
    """Knows one title."""

    name = "dialling"

    def dial(self, destination, operation):
        if destination.ae_title != "FRIEND":
            raise move_destination_unknown("a test")
        return destination


def test_a_control_decides_whom_to_call_before_anybody_is(
    start_pacs, storage_scp, instance, identifier
):
    with storage_scp([(CTImageStorage, [ExplicitVRLittleEndian])]) as there:
        pacs = start_pacs([Dialling()], callback_port=there.port)
        pacs.fill(instance(1))
        with pacs.scu() as scu:
            ((refused, _),) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "STRANGER")
            assert refused.status == 0xA801
            assert not there.received
            *_, (final, _) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "FRIEND")
            assert final.status == 0x0000


@pytest.mark.parametrize("model", [STUDY_GET, STUDY_MOVE])
@pytest.mark.parametrize("keys", [{}, {"StudyInstanceUID": ""}, {"PatientID": "*"}])
def test_an_identifier_that_names_nothing_is_refused(filled, identifier, model, keys):
    with filled.scu() as scu:
        if model == STUDY_GET:
            (((answer, _),), _) = scu.get(identifier("STUDY", **keys))
        else:
            ((answer, _),) = scu.move(identifier("STUDY", **keys), "ANYBODY")

    assert answer.status == 0xA900
    assert answer.offending_element == (0x0020000D,)


class Watching(Control):
    """Remembers what it is told."""

    name = "watching"
    seen: list

    def observe(self, event, ledger):
        self.seen.append(event)


def test_every_sub_operation_is_told_with_whose_it_is(start_pacs, instance, identifier):
    seen = []
    pacs = start_pacs([Watching.model_construct(seen=seen)])
    pacs.fill(instance(1), instance(2))

    with pacs.scu(*GET, roles=ROLES) as scu:
        scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))

    told = [event for event in seen if event.moment is Moment.SUB_OPERATION_ANSWERED]
    assert [(e.sop_instance_uid, e.patient_id, e.status) for e in told] == [
        ("2.25.301", "P1", 0x0000),
        ("2.25.302", "P1", 0x0000),
    ]
    final = [event for event in seen if event.moment is Moment.OPERATION_ANSWERED][-1]
    assert (final.matches, final.study_instance_uid) == (2, "2.25.10")
    assert final.query


@pytest.mark.parametrize("model", [STUDY_GET, STUDY_MOVE])
def test_an_index_that_is_away_is_told_as_such(filled, identifier, monkeypatch, model):
    def away(_query):
        raise IndexUnavailableError("locked")

    monkeypatch.setattr(filled.archive, "locate", away)
    wanted = identifier("STUDY", StudyInstanceUID="2.25.10")
    with filled.scu() as scu:
        if model == STUDY_GET:
            (((answer, _),), _) = scu.get(wanted)
        else:
            ((answer, _),) = scu.move(wanted, "ANYBODY")

    assert answer.status == 0xA701
    assert answer.number_of_failed_suboperations is None


def test_a_damaged_instance_is_a_failed_sub_operation_and_the_others_are_sent(
    filled, identifier, monkeypatch, decode
):
    sound = Reader.open

    def damaged(reader, held):
        if held.sop_instance_uid == "2.25.302":
            raise DamagedRecordError("checksum")
        return sound(reader, held)

    monkeypatch.setattr(Reader, "open", damaged)
    with filled.scu(*GET, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))

    assert len(stored) == 2
    assert counts(answers[-1][0]) == (None, 2, 1, 0)
    assert decode(answers[-1][1]).FailedSOPInstanceUIDList == "2.25.302"


def test_a_fault_of_ours_is_answered_and_the_association_goes_on(filled, identifier, monkeypatch):
    with filled.scu(*GET, roles=ROLES) as scu:
        with monkeypatch.context() as patch:
            patch.setattr(filled.archive, "locate", lambda _query: 1 / 0)
            answers, _ = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))
            assert answers[-1][0].status == 0x0110
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))
        assert answers[-1][0].status == 0x0000
        assert len(stored) == 3


def test_a_destination_that_breaks_off_fails_what_is_left(
    start_pacs, instance, identifier, breaking_off
):
    """It accepts, takes one instance, and is gone."""
    pacs = start_pacs(callback_port=breaking_off.port)
    pacs.fill(*(instance(n) for n in (1, 2, 3)))

    with pacs.scu() as scu:
        *_, (final, _) = scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")
        again = scu.move(identifier("STUDY", StudyInstanceUID="2.25.99"), "ANYBODY")

    assert (final.status, counts(final)) == (0xB000, (None, 1, 2, 0))
    assert again[-1][0].status == 0x0000


class Forgetful(Control):
    """Cannot observe the first sub-operation, and only that."""

    name = "forgetful"
    failures: list

    def observe(self, event, ledger):
        if event.moment is Moment.SUB_OPERATION_ANSWERED and not self.failures:
            self.failures.append(event)
            raise OSError


def test_a_sub_operation_that_cannot_be_observed_ends_the_association(
    start_pacs, instance, identifier, storage_scp
):
    with storage_scp([(CTImageStorage, [ExplicitVRLittleEndian])]) as destination:
        control = Forgetful.model_construct(failures=[])
        pacs = start_pacs([control], callback_port=destination.port)
        pacs.fill(instance(1), instance(2))

        with pytest.raises((PeerAbortedError, ConnectionLostError)), pacs.scu() as scu:
            scu.move(identifier("STUDY", StudyInstanceUID="2.25.10"), "ANYBODY")

    assert len(control.failures) == 1
    assert len(destination.received) == 1


def test_a_disk_that_fails_within_a_data_set_ends_the_association(filled, identifier, monkeypatch):
    def unreadable(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pacs_open.wire.outgoing._read", unreadable)
    with (
        pytest.raises((PeerAbortedError, ConnectionLostError)),
        filled.scu(*GET, roles=ROLES) as scu,
    ):
        scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))


def test_what_is_too_long_to_be_re_encoded_is_a_failed_sub_operation(
    filled, identifier, monkeypatch
):
    monkeypatch.setattr("pacs_open.services.courier.MOST_REENCODED", 100)
    implicit = [(STUDY_GET, [ExplicitVRLittleEndian]), (CTImageStorage, [ImplicitVRLittleEndian])]
    with filled.scu(*implicit, roles=ROLES) as scu:
        answers, stored = scu.get(identifier("STUDY", StudyInstanceUID="2.25.10"))

    assert (stored, answers[-1][0].status) == ([], 0xA702)
