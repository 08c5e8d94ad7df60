"""The catalogue: a view of the log in a database, which can be rebuilt from it."""
