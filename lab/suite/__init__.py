"""The questions as tests: ``pytest --pyargs lab.suite --dicom-target HOST:PORT``."""
