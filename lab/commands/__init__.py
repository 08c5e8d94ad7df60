"""The commands of `pacslab`: one module each, parsing only. They are put together in lab.cli."""
