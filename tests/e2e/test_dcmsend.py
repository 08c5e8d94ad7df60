"""DCMTK's dcmsend, against archives that hold nothing yet: what is found is what it sent."""

import pytest


@pytest.mark.program("dcmsend", "findscu", "stunnel4")
def test_dcmsend_stores_all_it_is_given(dcmtk, findscu, dicom_files):
    assert findscu("IMAGE", "SOPInstanceUID=") == []

    dcmtk("dcmsend", after=dicom_files)

    assert len(findscu("IMAGE", "SOPInstanceUID=")) == len(dicom_files) == 16
