import socket

import pytest

from lab.errors import WrongUseError
from lab.verify.address import USUAL_PORTS, Address, check_consent, parse, read_scope

SAID = "E. Muster, head of radiology, by contract"


@pytest.mark.parametrize(
    ("text", "host", "ports"),
    [
        ("127.0.0.1", "127.0.0.1", USUAL_PORTS),
        ("127.0.0.1:104", "127.0.0.1", (104,)),
        ("[::1]:11112", "::1", (11112,)),
        ("::1", "::1", USUAL_PORTS),
        ("[::1]", "::1", USUAL_PORTS),
    ],
)
def test_an_address_is_read(text, host, ports):
    assert (parse(text).host, parse(text).ports) == (host, ports)


@pytest.mark.parametrize(
    "text", ["127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x", "127.0.0.1:", ":1"]
)
def test_what_is_no_address_is_wrong_use(text):
    with pytest.raises(WrongUseError):
        parse(text)


def test_a_name_that_leads_nowhere_is_wrong_use():
    with pytest.raises(WrongUseError, match="cannot be resolved"):
        parse("nowhere.invalid:104")


def test_ipv4_is_taken_before_ipv6(monkeypatch):
    found = [
        (family, 1, 6, "", (host, 0))
        for family, host in [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)

    assert parse("both").host == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "said", "scope", "allowed"),
    [
        ("127.0.0.1", None, (), True),
        ("::1", None, (), True),
        ("10.0.0.7", None, (), False),
        ("10.0.0.7", "  ", (), False),
        ("10.0.0.7", SAID, (), True),
        ("192.0.2.1", SAID, (), True),
        ("8.8.8.8", SAID, (), False),
        ("8.8.8.8", SAID, ("8.8.8.0/30",), False),
        ("8.8.8.8", SAID, ("8.8.8.0/24",), True),
        ("8.8.8.8", SAID, ("pacs.example",), True),
        ("8.8.8.8", None, ("8.8.8.8",), False),
    ],
)
def test_only_this_machine_is_asked_without_a_word(host, said, scope, allowed):
    address = Address("pacs.example", host, (104,))
    if allowed:
        check_consent(address, said, scope)
    else:
        with pytest.raises(WrongUseError):
            check_consent(address, said, scope)


def test_a_container_of_ones_own_lab_is_asked_without_a_word():
    def ours():
        return {"172.18.0.3", "8.8.8.8"}

    check_consent(Address("172.18.0.3", "172.18.0.3", (104,)), None, (), ours)
    for other in ("172.18.0.4", "8.8.8.8"):
        with pytest.raises(WrongUseError, match="--i-am-authorised"):
            check_consent(Address(other, other, (104,)), None, (), ours)


def test_a_scope_file_holds_entries_and_comments(tmp_path):
    (tmp_path / "scope").write_text("# ours\npacs.example  # the archive\n\n203.0.113.0/28\n")

    assert read_scope(tmp_path / "scope") == ["pacs.example", "203.0.113.0/28"]
    assert read_scope(None) == ()


def test_an_address_of_ipv6_is_shown_in_brackets():
    assert parse("[::1]:104").text == "[::1]:104"
    assert parse("127.0.0.1").text == "127.0.0.1"
