"""The body that all modalities look at."""
