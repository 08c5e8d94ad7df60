"""One test a probe, put to the archive that ``--dicom-target`` names.

A pass is a refusal that proves something. What could not be asked is skipped with its reason;
what stayed inconclusive fails, because it must never be read as protection.
"""

import pytest

from lab.probes import PROBES
from lab.report.model import ProbeEntry
from lab.verdict import Verdict


@pytest.mark.parametrize("probe", [probe.id for probe in PROBES])
def test_probe(
    probe: str, dicom_answers: dict[str, ProbeEntry], pytestconfig: pytest.Config
) -> None:
    """The archive holds."""
    found = dicom_answers[probe]
    said = "\n".join((f"{found.question} {found.answer}: {found.why}", *_evidence(found)))
    if found.verdict in {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}:
        pytest.skip(found.why)
    if found.verdict is Verdict.INCONCLUSIVE:
        if pytestconfig.getoption("--dicom-inconclusive") == "skip":
            pytest.skip(f"inconclusive: {found.why}")
        pytest.fail(f"inconclusive\n{said}", pytrace=False)
    if found.verdict is Verdict.FAIL:
        pytest.fail(f"{said}\n{found.fix}", pytrace=False)


def _evidence(found: ProbeEntry) -> list[str]:
    return [f"  {seen.text}" for seen in found.evidence]
