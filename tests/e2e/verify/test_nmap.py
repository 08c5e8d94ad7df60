"""nmap's dicom-ping and dicom-brute beside verify, on the same servers: where we differ, and why.

They look at the association alone; verify looks at what was obtained. The README shows the table.
"""

import subprocess

import pytest

from tests.e2e.verify.servers import dcmqrscp, fill, orthanc, storescp

FORBID = {"DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False}
ALLOW = {"DicomAlwaysAllowFind": True, "DicomAlwaysAllowGet": True, "DicomAlwaysAllowMove": True}
INSECURE, CHECKED, NOTHING = "Any AET is accepted (Insecure)", "Called AET check enabled", "ERROR"
ROWS = (
    ("Orthanc", orthanc(friend=False), INSECURE, "L4+W"),
    ("Orthanc", orthanc(**ALLOW), INSECURE, "L6+W"),
    ("Orthanc", orthanc(**FORBID), CHECKED, "L2"),
    ("Orthanc", orthanc(tls=True, certificate=True), NOTHING, "L1"),
    ("dcmqrscp", dcmqrscp("ANY"), CHECKED, "L2"),
    ("storescp", storescp(), INSECURE, "L4+W"),
)


def nmap(program, port, folder, *titles):
    """What both scripts say; forced, since they run on six fixed ports only."""
    (folder / "titles").write_text("\n".join(titles) + "\n")
    done = subprocess.run(
        [
            *(program("nmap"), "-Pn", "-n", "-p", str(port)),
            *("--script", "+dicom-ping,+dicom-brute", "127.0.0.1"),
            *("--script-args", f"passdb={folder / 'titles'}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


@pytest.mark.program("nmap")
@pytest.mark.parametrize(
    ("server", "theirs", "ours"),
    [pytest.param(*row[1:], marks=pytest.mark.program(row[0])) for row in ROWS],
)
def test_nmap_tells_the_association_and_verify_what_was_obtained(
    server, theirs, ours, bench, as_stranger, program, tmp_path
):
    with server(bench, tmp_path) as stands:
        fill(bench, stands)
        said = nmap(program, stands.port, tmp_path, "ORTHANC", "ARCHIVE")
        verified = as_stranger(stands)

    assert theirs in said
    assert verified.report.exposure.text == ours
