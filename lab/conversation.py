"""One association with an archive, and the exact record of what its wire showed.

Nothing here raises because of the archive: an operation that got no answer returns None or an
empty result, and the record says why.
"""

# Longer than 300 lines because the services of one association share one record.

import contextlib
import os
import queue
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pydicom.config
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import generate_uid
from pynetdicom import _config, evt
from pynetdicom.association import Association
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_AC, A_ASSOCIATE_RJ, P_DATA_TF
from pynetdicom.sop_class import StorageCommitmentPushModelInstance

from lab.delivery import Receiver, Transfer, take
from lab.evidence import Evidence, Layer, aborted, answered, context_refused, printable, rejected
from lab.manners import UNBOUNDED, Manners
from lab.sop_classes import STORAGE_COMMITMENT, VERIFICATION
from lab.wire import Reached, Record

SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
MESSAGE_ID = 1
"""Of every C-FIND request of ours; pynetdicom's default."""
ENDS_WITHIN = 1.0
"""Seconds that an ended association's thread may take to stop."""
REPORT_WITHIN = 30.0
"""Seconds that a report of Storage Commitment may take."""
ANSWERS_WITHIN = 5.0
"""Seconds that the answer to something odd may take."""
STATUS = bytes.fromhex("0000 0009 02000000")
"""Tag and length of (0000,0900) Status in a command set (PS3.7 6.3.1)."""
LOOKS_EVERY = 0.02
"""Seconds between two looks whether an association still stands."""


class Conversation:
    """An association that was asked for; ``established`` says whether it came about."""

    def __init__(
        self, association: Association, record: Record, manners: Manners = UNBOUNDED
    ) -> None:
        self._association = association
        self._manners = manners
        self.record = record
        self.cut = False
        """Whether a C-FIND was cut short by us, so that what it brought is a lower bound."""
        self._odd = False
        """Whether something was sent that leaves no state to go on from."""
        self._statuses: queue.SimpleQueue[int] = queue.SimpleQueue()
        association.bind(evt.EVT_PDU_RECV, self._look)

    @property
    def established(self) -> bool:
        """Whether the association stands at this moment; pynetdicom learns late that it ended."""
        return bool(self._association.is_established) and not self.record.over

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the wire has shown so far."""
        return self.record.evidence

    @property
    def reached(self) -> Reached:
        """How far we came."""
        return self.record.reached

    @property
    def accepted(self) -> frozenset[str]:
        """Abstract syntaxes of the accepted presentation contexts."""
        return frozenset(str(cx.abstract_syntax) for cx in self._association.accepted_contexts)

    @property
    def implementation(self) -> tuple[str, str]:
        """Implementation class UID and version name that the archive gave (PS3.7 D.3.3.2)."""
        acceptor = self._association.acceptor
        if self.record.reached < Reached.ASSOCIATED:
            return "", ""  # it said nothing of itself; pynetdicom fills its own in
        return (
            printable(str(acceptor.implementation_class_uid or "")),
            printable(str(acceptor.implementation_version_name or "")),
        )

    def _look(self, event: evt.Event) -> None:
        """Keep what refuses us; the state machine of pynetdicom keeps only its effect."""
        pdu = event.pdu
        if isinstance(pdu, A_ASSOCIATE_RJ):
            triple = (pdu.result or 0, pdu.source or 0, pdu.reason_diagnostic or 0)
            self.record.note(rejected(*triple))
        elif isinstance(pdu, A_ABORT_RQ):
            self.record.over = True
            self.record.note(aborted(pdu.source or 0, pdu.reason_diagnostic or 0))
        elif isinstance(pdu, A_ASSOCIATE_AC):
            self.record.rise(Reached.ASSOCIATED)
            self.record.note(Evidence(Layer.ASSOCIATION, "A-ASSOCIATE-AC: accepted", "ac"))
        elif isinstance(pdu, P_DATA_TF) and self._odd:  # nobody else reads statuses off PDUs
            for status in _statuses_in(pdu):
                self._statuses.put(status)

    def _told(self, service: str, response: Dataset) -> int | None:
        """Note the final status of a service; None if none came."""
        status = response.get("Status")
        if status is None:
            self.record.note(Evidence(Layer.DIMSE, f"{service}: no answer", "silence"))
            return None
        self.record.note(answered(service, int(status), str(response.get("ErrorComment") or "")))
        return int(status)

    def _ready(self, service: str, sop_class_uid: str) -> bool:
        """Whether this service can be asked for; if not, the record says why."""
        if not self.established:
            return False
        if sop_class_uid in self.accepted:
            return True
        refused = self._association.rejected_contexts
        results = [cx.result for cx in refused if cx.abstract_syntax == sop_class_uid]
        self.record.note(context_refused(f"for {service}", results[0] if results else None))
        return False

    def echo(self) -> int | None:
        """C-ECHO (PS3.7 9.1.5); its 0000H proves that we are served."""
        if not self._ready("C-ECHO", VERIFICATION):
            return None
        status = self._told("C-ECHO", self._association.send_c_echo())
        if status == SUCCESS:
            self.record.rise(Reached.SERVED)
        return status

    def store(self, file: Path) -> int | None:
        """C-STORE (PS3.7 9.1.1) a DICOM file, its data set unchanged; UIDs from its file meta."""
        sop_class_uid = _sop_class_of(file)
        if not self._ready("C-STORE", sop_class_uid):
            return None
        try:
            return self._told("C-STORE", self._association.send_c_store(file))
        except ValueError as error:  # accepted, but not in this role or transfer syntax
            self.record.note(Evidence(Layer.ASSOCIATION, f"C-STORE cannot be sent: {error}"))
            return None

    def store_bytes(self, part_10: bytes) -> int | None:
        """As :meth:`store`, from memory."""
        handle, name = tempfile.mkstemp(suffix=".dcm")
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(part_10)
            return self.store(Path(name))
        finally:
            Path(name).unlink()

    def commit(self, references: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Storage Commitment (PS3.4 J.3), with its report on this association.

        Args:
            references: SOP Class UID and SOP Instance UID of each instance.

        Returns: the SOP Instance UIDs that the archive vouches for.
        """
        if not self._ready("N-ACTION", STORAGE_COMMITMENT):
            return frozenset()
        wish, reports = _wish(references), queue.SimpleQueue[tuple[Dataset, threading.Thread]]()
        self._association.bind(evt.EVT_N_EVENT_REPORT, _take_report, [reports])
        status, _ = self._association.send_n_action(
            wish, 1, STORAGE_COMMITMENT, StorageCommitmentPushModelInstance
        )
        if self._told("N-ACTION", status) != SUCCESS:
            return frozenset()
        try:
            report, answering = reports.get(timeout=REPORT_WITHIN)
        except queue.Empty:
            text = f"no report of Storage Commitment within {REPORT_WITHIN:g} s"
            self.record.note(Evidence(Layer.DIMSE, text, "silence"))
            return frozenset()
        # pynetdicom answers the report in a thread of its own, after we have it. A release that
        # overtakes the answer ends that thread with an error; and what it does to the association
        # at its end may make an operation that begins meanwhile wait for ever.
        answering.join(ENDS_WITHIN)
        if report.get("TransactionUID") != wish.TransactionUID:
            return frozenset()
        named = report.get("ReferencedSOPSequence") or ()
        return frozenset(str(item.ReferencedSOPInstanceUID) for item in named)

    def find(self, model: str, identifier: Dataset) -> tuple[int | None, list[Dataset]]:
        """C-FIND (PS3.4 C.4.1): final status and matches."""
        matches: list[Dataset] = []
        if not self._ready("C-FIND", model):
            return None, matches
        final, came = Dataset(), 0
        for response, match in self._association.send_c_find(identifier, model):
            final = response
            if response.get("Status") in PENDING:
                came += 1
                if match is not None and not self.cut:
                    matches.append(match)
                if not self._goes_on(came, model):
                    break
        return self._told_of_find(final), matches

    def _goes_on(self, came: int, model: str) -> bool:
        """Cancel where that is enough; abort, and no more, where the archive does not heed it."""
        if came == self._manners.cancel_after:
            self.cut = True
            with contextlib.suppress(Exception):  # it may just have ended the association
                self._association.send_c_cancel(MESSAGE_ID, query_model=model)
        if came < self._manners.abort_after:
            return True
        self.cut = True
        self.record.leaving = True
        with contextlib.suppress(Exception):  # the archive may have ended it at this moment
            self._association.abort()
        return False

    def _told_of_find(self, final: Dataset) -> int | None:
        """As :meth:`_told`; an answer that we aborted has no final status."""
        if final.get("Status") not in PENDING:
            return self._told("C-FIND", final)
        text = f"C-FIND: aborted by us after {self._manners.abort_after} matches"
        self.record.note(Evidence(Layer.DIMSE, text))
        return None

    def get(self, model: str, identifier: Dataset, receive: Receiver) -> Transfer:
        """C-GET (PS3.4 C.4.3): instances go to ``receive`` as they arrive."""
        if not self._ready("C-GET", model):
            return Transfer(None)
        self._association.bind(evt.EVT_C_STORE, take, [receive])
        responses = self._association.send_c_get(identifier, model)
        return self._follow("C-GET", responses)

    def move(self, model: str, identifier: Dataset, destination: str) -> Transfer:
        """C-MOVE (PS3.4 C.4.2) to an AE title."""
        if not self._ready("C-MOVE", model):
            return Transfer(None)
        responses = self._association.send_c_move(identifier, destination, model)
        return self._follow("C-MOVE", responses)

    def send_raw(self, pdu: bytes) -> None:
        """Send bytes as they are, whatever they are."""
        self._odd = True
        wire = self._association.dul.socket
        if wire is not None:
            wire.send(pdu)

    def ends_within(self, seconds: float) -> bool:
        """Whether the archive ends the association in time, while we say nothing."""
        until = time.monotonic() + seconds
        while self.established:
            if time.monotonic() > until:
                return False
            time.sleep(LOOKS_EVERY)
        return True

    def answer(self, service: str) -> int | None:
        """Wait for the answer to what was sent raw; its status, None if there is none.

        It is read off the PDU: what comes back may be as odd as what was sent.
        """
        told, until = Dataset(), time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < until:
            try:
                told.Status = self._statuses.get(timeout=LOOKS_EVERY)
                break
            except queue.Empty:
                if not self.established:
                    break
        return self._told(service, told)

    def context_of(self, abstract_syntax: str) -> int | None:
        """The id of the accepted presentation context; None if there is none."""
        for context in self._association.accepted_contexts:
            if context.abstract_syntax == abstract_syntax:
                return context.context_id
        return None

    def _follow(self, service: str, responses: Iterator[tuple[Dataset, Any]]) -> Transfer:
        final = Dataset()
        for response, _ in responses:
            final = response
        completed = int(final.get("NumberOfCompletedSuboperations") or 0)
        failed = int(final.get("NumberOfFailedSuboperations") or 0)
        return Transfer(self._told(service, final), completed, failed)

    def end(self) -> None:
        """Release, or abort where there is no release."""
        self.record.leaving = True
        with contextlib.suppress(Exception):  # the peer may end it first: then it is ended
            if self._odd:
                self._cut()  # nobody can be asked for a release in half a PDU
            elif self._association.is_established:
                self._association.release()
            elif not (self._association.is_rejected or self._association.is_aborted):
                self._association.abort()
        self._hang_up()

    def _cut(self) -> None:
        wire = self._association.dul.socket
        if wire is not None:
            wire.close()

    def _hang_up(self) -> None:
        """Close what pynetdicom left open: after a rejection or an abort it may just stop."""
        dul = self._association.dul
        if dul.is_alive():
            dul.join(ENDS_WITHIN)
        if dul.socket is not None:
            dul.socket.close()


def _wish(references: Iterable[tuple[str, str]]) -> Dataset:
    """What an N-ACTION asks for (PS3.4 Table J.3-1)."""
    items = []
    for sop_class_uid, sop_instance_uid in references:
        item = Dataset()
        item.ReferencedSOPClassUID = sop_class_uid
        item.ReferencedSOPInstanceUID = sop_instance_uid
        items.append(item)
    wish = Dataset()
    wish.TransactionUID = generate_uid(prefix=None)  # under 2.25
    wish.ReferencedSOPSequence = items
    return wish


def _take_report(
    event: evt.Event, reports: "queue.SimpleQueue[tuple[Dataset, threading.Thread]]"
) -> tuple[int, None]:
    """Keep the data set of an N-EVENT-REPORT, and who answers it: the thread that calls this."""
    reports.put((event.event_information, threading.current_thread()))
    return SUCCESS, None


def _statuses_in(pdu: P_DATA_TF) -> Iterator[int]:
    """The status of each response whose command set is in a PDU."""
    for item in pdu.presentation_data_value_items:
        _, found, value = (item.presentation_data_value or b"").partition(STATUS)
        if found:
            yield int.from_bytes(value[:2], "little")


def _sop_class_of(file: Path) -> str:
    return str(read_file_meta_info(file).MediaStorageSOPClassUID)


def set_up_library() -> None:
    """Settings of pynetdicom that hold for the whole process; the lab's own processes only.

    Without them, identifiers with patients' names reach the log, a file is decoded and encoded
    again before it is sent, and odd values from a peer become warnings on the screen.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module=r"pydicom\.")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    _config.LOG_HANDLER_LEVEL = "none"
    _config.LOG_REQUEST_IDENTIFIERS = False
    _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.STORE_SEND_CHUNKED_DATASET = True
