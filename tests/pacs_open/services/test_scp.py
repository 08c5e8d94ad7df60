import inspect

from pacs_open.control import Control
from pacs_open.services.scp import Controls
from pacs_open.stack import Stack


def test_the_stack_offers_every_moment_that_services_ask_at():
    moments = {
        name for name, _ in inspect.getmembers(Controls, inspect.isfunction) if name[0] != "_"
    }

    assert moments == {
        "permit", "narrow", "dial", "inspect", "weigh", "commit", "voice", "observe",
    }  # fmt: skip
    for moment in moments:
        wanted = list(inspect.signature(getattr(Controls, moment)).parameters)
        assert list(inspect.signature(getattr(Stack, moment)).parameters) == wanted
        assert hasattr(Control, moment)
