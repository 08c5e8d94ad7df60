"""Fills the templates of the HTML pages: whatever is put in is escaped."""

import re
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from lab.report import words

BACKTICKS = re.compile(r"`([^`]*)`")


def render(template: str, **values: Any) -> str:
    """A page of a template that lies beside this module."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        person=words.person, day=words.date, number=words.number, millions=words.in_2019
    )
    environment.filters.update(
        share=words.share_of_2019, deeds=words.deeds, code=_code, work=words.work
    )
    environment.globals.update(
        of=words.of,
        count=words.count,
        levels=words.LEVELS,
        all_millions=words.MILLIONS,
        css=_style(),
    )
    return environment


def _code(text: str) -> Markup:
    """Escaped first, then what stands between backticks is set as code."""
    return Markup(BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _style() -> Markup:
    """The style sheet is ours: nothing of a peer's is in it."""
    return Markup(_read("page.css"))  # noqa: S704 - see above


def _read(name: str) -> str:
    """A template or style sheet that lies beside this module."""
    return resources.files("lab.report").joinpath(name).read_text(encoding="utf-8")
