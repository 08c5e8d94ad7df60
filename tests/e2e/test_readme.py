"""What a reader is told to type exists: each `pacslab …` of the documentation is a command, with these options."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from lab.cli import app

ROOT = Path(__file__).parents[2]
TEXTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "compose/README.md")
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
CALL = re.compile(r"(?:^\s*|[;&|]\s*|\.venv/bin/)pacslab( [^;&|\n`]*)")
SHOWN = {"X", "…", "..."}


def calls():
    seen = set()
    for name in TEXTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for block, span in CODE.findall(text):
            for line in (block or span).splitlines():
                for found in CALL.finditer(line.partition(" # ")[0]):
                    words = shlex.split(found.group(1))
                    said = f"{name}: {' '.join(words)}"
                    if words and not SHOWN & set(words) and said not in seen:
                        seen.add(said)
                        yield pytest.param(words, id=said)


@pytest.mark.parametrize("words", list(calls()))
def test_what_a_reader_is_told_to_type_exists(words):
    command = typer.main.get_command(app)
    for number, word in enumerate(words):
        if word in getattr(command, "commands", {}):
            command = command.commands[word]
            continue
        words = words[number:]
        break
    else:
        words = []
    if getattr(command, "commands", None):  # `pacslab bundle DIR`: the command's name is left out
        command = command.commands["write"]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}

    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_the_documentation_names_the_container_commands():
    said = [" ".join(found.values[0]) for found in calls()]

    for command in ("up --engine docker", "doctor", "bundle load"):
        assert any(line.startswith(command) for line in said), command
