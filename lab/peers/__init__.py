"""Synthetic modality and workstation: the data path around the PACS."""
