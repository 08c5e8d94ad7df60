"""DICOM conformance statements (PS3.2): ours, made from the code, and what others state."""
