"""Synthetic patients and images; no patient ever existed."""
