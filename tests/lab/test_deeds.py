"""What the clinic's devices were served counts only if it was all of their work."""

import pytest

from lab.deeds import Deeds
from lab.evidence import Evidence, Layer
from lab.peers.modality import Sent
from lab.peers.workstation import Retrieved, Worked
from lab.report.model import PositiveControlEntry, Report, TargetEntry

PLANTED = 6
SHOWN = (Evidence(Layer.DIMSE, "C-GET: A700H", "A700H"),)
ALL = Sent(instances=PLANTED, tls="TLSv1.3", reached=True)


def _worked(found=3, got=PLANTED, moved=PLANTED, *, tls=True):
    return Worked(
        found,
        3,
        SHOWN,
        got=Retrieved(got, PLANTED, tls, () if got == PLANTED else SHOWN),
        moved=Retrieved(moved, PLANTED, tls),
    )


def _report(*, ok=True):
    checked = PositiveControlEntry(
        peer="MODALITY", did=("MODALITY C-ECHO", "MODALITY C-ECHO after the probes"), ok=ok
    )
    target = TargetEntry(name="secure", host="127.0.0.1", port=1, tls=True, ae_title="X")
    return Report(target=target, started="", probes=(), exposure=None, positive_control=checked)


@pytest.mark.parametrize(
    ("sent", "worked", "checked", "ok"),
    [
        (ALL, _worked(), True, True),
        (ALL, None, True, True),
        (ALL, _worked(), False, False),
        (Sent(instances=5, failed=1, reached=True), _worked(), True, False),
        (Sent(), None, True, False),
        (ALL, _worked(found=2), True, False),
        (ALL, _worked(got=5), True, False),
        (ALL, _worked(moved=0), True, False),
        (ALL, _worked(tls=False), True, False),
    ],
)
def test_when_the_friends_were_served(sent, worked, checked, ok):
    deeds = Deeds(sent, PLANTED)
    if worked is not None:
        deeds.work(worked)
    assert deeds.join(_report(ok=checked)).positive_control.ok is ok


def test_all_their_work_is_told_with_its_counts():
    deeds = Deeds(ALL, PLANTED)
    deeds.work(_worked())
    did = deeds.join(_report()).positive_control.did
    assert did == (
        "MODALITY C-ECHO",
        "MODALITY C-ECHO after the probes",
        "MODALITY C-STORE: 6 of 6 images over TLSv1.3",
        "WORKSTATION C-FIND: 3 of 3 patients",
        "WORKSTATION C-GET: 6 of 6 identical images over mutual TLS",
        "WORKSTATION C-MOVE: 6 of 6 identical images over mutual TLS",
    )


def test_what_a_device_without_tls_sent_is_told_apart_and_counts():
    legacy = Sent(instances=2, reached=True)
    whole = Deeds(Sent(instances=4, tls="TLSv1.3", reached=True), PLANTED, legacy)
    assert whole.deeds == [
        "MODALITY C-STORE: 4 of 4 images over TLSv1.3",
        "LEGACY C-STORE: 2 of 2 images through its side-car, which speaks TLS",
    ]
    assert whole.ok
    for less in (Sent(instances=1, failed=1), Sent(failed=2)):
        assert not Deeds(Sent(instances=4), PLANTED, less).ok
    assert not Deeds(Sent(instances=3, failed=1), PLANTED, legacy).ok


def test_what_was_not_done_is_no_deed_and_what_the_wire_showed_is_kept():
    deeds = Deeds(Sent(), PLANTED)
    deeds.work(_worked(got=0, moved=0))
    joined = deeds.join(_report()).positive_control
    assert not [deed for deed in joined.did if "0 of" in deed]
    assert "C-GET: A700H" in [seen.text for seen in joined.evidence]


def test_a_report_without_a_positive_control_gets_none():
    report = _report().model_copy(update={"positive_control": None})
    assert Deeds(ALL, PLANTED).join(report).positive_control is None


@pytest.mark.parametrize(("committed", "ok"), [(PLANTED, True), (PLANTED - 1, False), (0, False)])
def test_what_the_archive_vouches_for_is_counted(committed, ok):
    sent = Sent(PLANTED, asked=PLANTED, committed=committed, tls="TLSv1.3", reached=True)
    deeds = Deeds(sent, PLANTED)
    assert deeds.ok is ok
    said = f"MODALITY Storage Commitment: {committed} of {PLANTED} images vouched for"
    assert (said in deeds.deeds) is (committed > 0)
