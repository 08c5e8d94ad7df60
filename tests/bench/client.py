"""What a lean client does, one process an association (``python -m tests.bench.client``).

It reads a :class:`Job` as JSON from standard input, prepares, says ``ready``, awaits ``go``,
works, and says as JSON what was done. A status that is not 0000H ends it with an error, and so
does a wrong number of matches or images: a server that refuses is not a fast one.
"""

import contextlib
import dataclasses
import json
import sys
import time
from pathlib import Path

from pacs_open.wire.command import Command, CommandField, encode
from tests.bench.lean import (
    COMMAND,
    LARGEST_PDU,
    PENDING,
    SUCCESS,
    Association,
    Done,
    FailedError,
    Job,
    fragments,
    message,
    places,
)
from tests.bench.uids import instance_uid, patient_id, patient_name, series_uid, study_uid

VERIFICATION = "1.2.840.10008.1.1"
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
STRIDE = 7919
"""From one patient to the next: a prime, so that all have their turn and none is a neighbour."""


class Stores:
    """C-STORE after C-STORE, each awaiting the answer of the one before."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._association = Association(job, {1: job.sop_class_uid})
        data = Path(job.template).read_bytes()
        command = Command(
            CommandField.C_STORE_RQ,
            job.sop_class_uid,
            message_id=1,
            priority=0,
            affected_sop_instance_uid=instance_uid(0),
            has_data_set=True,
        )
        self._size = len(data)
        self._message = message(1, command, data, self._association.maximum_pdu)
        self._instance = places(self._message, instance_uid(0))
        if len(self._instance) != 2:  # in the command and in the data set
            raise FailedError("the template does not name its instance once")

    def run(self) -> Done:
        """As many as the job says, else for as long; what is under way then is awaited."""
        number = self._job.number
        for made in (patient_id, study_uid, series_uid):
            self._put(places(self._message, made(0)), made(number))
        began = now = time.monotonic()
        latencies = []
        wanted, end = self._job.count, began + self._job.seconds
        while len(latencies) < wanted if wanted else now < end:
            number += 1
            self._put(self._instance, instance_uid(number))
            self._store()
            then, now = now, time.monotonic()
            latencies.append(now - then)
        self._association.release()
        count = len(latencies)
        return Done(count, now - began, count * self._size, latencies=latencies)

    def _put(self, found: list[slice], text: str) -> None:
        for place in found:
            self._message[place] = text.encode()

    def _store(self) -> None:
        self._association.send(self._message)
        _, answer, _ = self._association.message()
        expect_success("C-STORE", answer)


class Fills(Stores):
    """As many instances as there are patients, one each, of other names and identifiers."""

    def run(self) -> Done:
        """All of them."""
        each = [
            (places(self._message, made(0)), made)
            for made in (patient_id, patient_name, study_uid, series_uid, instance_uid)
        ]
        began = time.monotonic()
        for number in range(self._job.count):
            for found, made in each:
                self._put(found, made(number))
            self._store()
        self._association.release()
        return Done(self._job.count, time.monotonic() - began, self._job.count * self._size)


class Finds:
    """C-FIND after C-FIND, all responses read; each must have the matches that are expected."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._association = Association(job, {1: job.sop_class_uid})
        command = Command(
            CommandField.C_FIND_RQ, job.sop_class_uid, 1, priority=0, has_data_set=True
        )
        identifier = Path(job.template).read_bytes()
        self._message = message(1, command, identifier, self._association.maximum_pdu)
        self._patient = places(self._message, patient_id(0))

    def run(self) -> Done:
        """For as long as the job says, at least once; one patient after the other."""
        began = now = time.monotonic()
        latencies, responses = [], 0
        while not latencies or now < began + self._job.seconds:
            other = len(latencies) * STRIDE % self._job.count
            for place in self._patient:
                self._message[place] = patient_id(other).encode()
            self._association.send(self._message)
            found = self._matches()
            if found != self._job.expected:
                raise FailedError(f"C-FIND had {found} matches, not {self._job.expected}")
            responses += found
            then, now = now, time.monotonic()
            latencies.append(now - then)
        self._association.release()
        return Done(len(latencies), now - began, 0, responses, latencies)

    def _matches(self) -> int:
        found = -1  # the last response is no match
        status = PENDING[0]
        while status in PENDING:
            _, answer, _ = self._association.message()
            status = answer.status
            found += 1
        expect_success("C-FIND", answer)
        return found


class Retrieves:
    """A series again and again, by C-GET or C-MOVE; all of its images must arrive."""

    def __init__(self, job: Job) -> None:
        self._job = job
        fetches = job.work == "get"
        contexts = {1: job.sop_class_uid} | ({3: CT_IMAGE_STORAGE} if fetches else {})
        self._association = Association(job, contexts, CT_IMAGE_STORAGE if fetches else "")
        command = Command(
            CommandField.C_GET_RQ if fetches else CommandField.C_MOVE_RQ,
            job.sop_class_uid,
            1,
            priority=0,
            move_destination=None if fetches else job.calling,
            has_data_set=True,
        )
        identifier = Path(job.template).read_bytes()
        self._message = message(1, command, identifier, self._association.maximum_pdu)

    def run(self) -> Done:
        """For as long as the job says, at least once."""
        began = now = time.monotonic()
        count = size = 0
        while not count or now < began + self._job.seconds:
            self._association.send(self._message)
            size += self._read()
            count += self._job.count
            now = time.monotonic()
        self._association.release()
        return Done(count, now - began, size)

    def _read(self) -> int:
        """Bytes of all images that came over this association."""
        total, answered = 0, False
        while not answered:
            context, command, size = self._association.message()
            total += size
            if command.command_field == CommandField.C_STORE_RQ:
                answer = encode(command.response(SUCCESS))
                pieces = fragments(context, COMMAND, answer, self._association.maximum_pdu)
                self._association.send(b"".join(pieces))
            else:
                answered = command.status not in PENDING
        expect_success(self._job.work, command)
        if command.number_of_completed_suboperations != self._job.count:
            came = command.number_of_completed_suboperations
            raise FailedError(f"{came} images came, not {self._job.count}")
        return total


class Associates:
    """Associations one after the other, a C-ECHO in each."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def run(self) -> Done:
        """For as long as the job says."""
        began = now = time.monotonic()
        echo = Command(CommandField.C_ECHO_RQ, VERIFICATION, 1)
        asked = b"".join(fragments(1, COMMAND, encode(echo), LARGEST_PDU))
        count = 0
        while now < began + self._job.seconds:
            association = Association(self._job, {1: VERIFICATION})
            association.send(asked)
            _, answer, _ = association.message()
            expect_success("C-ECHO", answer)
            association.release()
            count += 1
            now = time.monotonic()
        return Done(count, now - began)


def expect_success(service: str, answer: Command) -> None:
    """Raise FailedError on any status but 0000H."""
    if answer.status != SUCCESS:
        raise FailedError(f"{service} was answered with {answer.status or 0:04X}H")


WORKS = {
    "store": Stores,
    "fill": Fills,
    "find": Finds,
    "get": Retrieves,
    "move": Retrieves,
    "associate": Associates,
}


def main() -> int:
    """Do one job. Returns the exit code: 1 where the server failed."""
    job = Job(**json.loads(sys.stdin.readline()))
    try:
        work = WORKS[job.work](job)
        say("ready")
        if sys.stdin.readline().strip() != "go":
            return 1
        say(json.dumps(dataclasses.asdict(work.run())))
    except (FailedError, OSError) as error:
        with contextlib.suppress(BrokenPipeError):
            say(json.dumps({"error": str(error)}))
        return 1
    return 0


def say(line: str) -> None:
    """One line to whoever started us."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
