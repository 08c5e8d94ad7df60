import subprocess
import sys

import pytest
from pydicom.sr.codedict import codes

from pacs_secure.audit_codes import DCM, PATIENT_NUMBER, Code

KEYWORDS = [name for name, value in vars(DCM).items() if isinstance(value, Code)]


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_each_code_is_the_standards(keyword):
    known = getattr(codes.DCM, keyword)

    assert getattr(DCM, keyword) == (known.value, known.scheme_designator, known.meaning)


def test_there_are_codes_and_the_one_of_another_scheme():
    assert len(KEYWORDS) > 20
    assert PATIENT_NUMBER.scheme_designator == "RFC-3881"


@pytest.mark.parametrize("program", ["pacs_secure.cli", "lab.cli"])
def test_no_program_loads_the_whole_terminology(program):
    loaded = f"import sys, {program}; sys.exit('pydicom.sr' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
