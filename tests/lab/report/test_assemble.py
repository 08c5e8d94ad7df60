from lab.evidence import Evidence, Layer
from lab.exposure import Exposure
from lab.overheard import Overheard, Spoken
from lab.peers.glance import Glanced
from lab.probes.list_patients import list_patients
from lab.report.assemble import assemble, exit_code_of
from lab.run import run
from lab.verdict import ExitCode, Verdict

NOTHING = Exposure(
    level=1,
    writable=False,
    patients_obtained=0,
    images_obtained=0,
    patients_planted=16,
    images_planted=200,
    images_identical=0,
    at_least=False,
    size=0,
    seconds=0.1,
)
HEARD = Overheard(
    bytes_to=3222,
    bytes_from=1886541,
    spoken=Spoken.TLS,
    first="16 03 01",
    wrapped=True,
    names_sought=16,
    names_read=0,
    excerpt="..Kx.",
)


def test_a_report_says_what_was_found(right):
    report = assemble(
        right,
        run(right, (list_patients,)),
        NOTHING,
        closed_by={"list_patients": ("tls", "calling_ae")},
        information=(Evidence(Layer.ASSOCIATION, "it calls itself PACSLAB"),),
        wire=(HEARD, Glanced(studies=16, identical=1, expected=2)),
    )
    entry = report.probes[0]

    assert report.target.ae_title == "PACS-SECURE"
    assert report.target.tls
    assert entry.id == "list_patients"
    assert entry.verdict is Verdict.PASS
    assert entry.closed_by == ("tls", "calling_ae")
    assert "alert 48" in [seen.code for seen in entry.evidence]
    assert entry.fix
    assert report.positive_control.ok
    assert report.exposure.text == "L1"
    assert report.exposure.images.planted == 200
    assert report.information[0].text == "it calls itself PACSLAB"
    assert not report.overheard.served
    assert (report.overheard.names.obtained, report.overheard.names.planted) == (0, 16)
    assert exit_code_of(report) is ExitCode.ALL_PASS


def test_what_was_not_measured_is_null(wrong):
    report = assemble(wrong, run(wrong, (list_patients,)), None)

    assert report.exposure is None
    assert report.overheard is None
    assert report.probes[0].closed_by == ()
    assert exit_code_of(report) is ExitCode.SOME_FAIL


def test_an_archive_that_is_down_is_inconclusive(down):
    report = assemble(down, run(down, (list_patients,)), None)

    assert not report.positive_control.reached
    assert exit_code_of(report) is ExitCode.INCONCLUSIVE
