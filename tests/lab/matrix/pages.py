"""A small catalogue: two doors, one of which stands on the other, and one that claims nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    name: str
    needs: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


PAGES = (
    Page("tls", stops=("plain", "list")),
    Page("called_ae", stops=("called",)),
    Page("calling_ae", stops=("list",)),
    Page("identity", needs=("tls",), stops=("borrow",)),
    Page("oracle", needs=("called_ae", "calling_ae"), stops=("tell",)),
    Page("audit"),
)
