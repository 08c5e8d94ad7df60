"""How to close a leak in the products people have: read from the page of its probe.

A page ends with a list of one item for each product, so that whoever writes a probe writes its
remedies in the same place::

    How to close it:

    - here: the control, by its name
    - Orthanc: the keys of its configuration, by name
    - DCMTK: options of its programs
    - dcm4chee: attributes of its configuration
"""

import re
from collections.abc import Mapping

PRODUCTS = ("here", "Orthanc", "DCMTK", "dcm4chee")
_HEAD = re.compile(r"^How to close it:\s*$", re.MULTILINE)
_ITEM = re.compile(r"^- (?P<product>[\w ]+): (?P<remedy>.+(?:\n {2,}\S.*)*)", re.MULTILINE)


def fixes(page: str) -> Mapping[str, str]:
    """Product to remedy, each in one line; empty where the page has no such list."""
    found = _HEAD.search(page)
    if not found:
        return {}
    items = _ITEM.finditer(page, found.end())
    return {item["product"]: " ".join(item["remedy"].split()) for item in items}
