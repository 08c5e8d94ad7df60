"""A device is named whole, or told what is missing."""

import pytest

from lab.commands.peer import _address, _newcomer
from lab.engines import EngineError


@pytest.mark.parametrize("words", [["add", "x", "--ae-title", "X"], ["revoke", "x"]])
def test_without_a_lab_there_is_nobody_to_admit_to(pacslab, words):
    result = pacslab("peer", *words)
    assert result.exit_code == 3
    assert "pacslab up" in result.stderr


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "--csr or --fingerprint is needed; this makes a request: openssl req .* x.csr"),
        ({"request": "a", "certificate": "b"}, "give either"),
        ({"request": "a", "ae_title": "seventeen letters"}, "ae_title"),
        ({"request": "a", "may": ("delete",)}, "may"),
    ],
)
def test_what_is_missing_is_told_in_one_line(said, why):
    whole = {"name": "x", "ae_title": "X", "request": None, "certificate": None}
    with pytest.raises(EngineError, match=why) as error:
        _newcomer(**{**whole, **said})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("listens", "address"),
    [
        (None, {}),
        ("192.0.2.7:104", {"host": "192.0.2.7", "port": 104}),
        ("[::1]:104", {"host": "::1", "port": 104}),
    ],
)
def test_an_address_is_host_and_port(listens, address):
    assert _address(listens) == address


@pytest.mark.parametrize("listens", ["", "104", ":104", "host", "host:", "host:x", "host:²"])
def test_what_is_no_address_says_how_to_write_one(listens):
    with pytest.raises(EngineError, match="write HOST:PORT"):
        _address(listens)
