"""Where the lab runs."""
