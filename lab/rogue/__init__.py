"""A rogue archive: the bad certificates with the roles swapped, shown to whoever calls."""
