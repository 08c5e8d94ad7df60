"""Issues certificates where the authority's key lies, and nowhere else."""
