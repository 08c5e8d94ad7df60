import io
import runpy
import secrets
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_open.errors import ConfigurationError
from pacs_secure.passcodes import LONGEST, Hash, Passcodes, line, load

CHEAP = 2**14


@pytest.fixture(scope="module")
def known():
    return Passcodes({"reader": Hash.of(b"right", cost=CHEAP), "other": Hash.of(b"o", cost=CHEAP)})


@pytest.mark.parametrize(
    ("user", "passcode", "right"),
    [
        ("reader", b"right", True),
        ("reader", b"Right", False),
        ("reader", b"right ", False),
        ("reader", b"righ", False),
        ("reader", b"", False),
        ("Reader", b"right", False),
        ("other", b"right", False),
        ("nobody", b"right", False),
        ("nobody", b"", False),
        ("", b"right", False),
        ("reader", b"x" * (LONGEST + 1), False),
    ],
)
def test_only_a_users_own_passcode_is_right(known, user, passcode, right):
    assert known.are_right(user, passcode) is right


def test_where_nobody_is_known_nobody_is_right():
    assert not Passcodes({}).are_right("reader", b"right")


def test_an_unknown_user_costs_a_hash_as_well(known, monkeypatch):
    hashed = []
    monkeypatch.setattr(Hash, "digest_of", lambda self, passcode: hashed.append(passcode) or b"")

    known.are_right("nobody", b"a")
    known.are_right("reader", b"b")

    assert hashed == [b"a", b"b"]


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=40))
def test_a_hash_survives_being_written_down(passcode):
    made = Hash.of(passcode, cost=CHEAP)

    assert Hash.read(str(made)) == made
    assert made.digest_of(passcode) == made.digest


def test_two_users_with_one_passcode_have_two_hashes_and_none_shows():
    one, other = Hash.of(b"same", cost=CHEAP), Hash.of(b"same", cost=CHEAP)

    assert one.digest != other.digest
    assert "same" not in f"{one}{one!r}"
    assert str(one.digest) not in repr(one)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "right",
        "scrypt$16384$8$3$c2FsdA==$c2hvcnQ=",
        "bcrypt$16384$8$3$c2FsdA==$" + "A" * 43 + "=",
        "scrypt$2$8$3$c2FsdA==$" + "A" * 43 + "=",  # cheap
        "scrypt$1073741824$8$3$c2FsdA==$" + "A" * 43 + "=",  # would take all the memory
        "scrypt$16384$8$99$c2FsdA==$" + "A" * 43 + "=",
        "scrypt$16384$9$3$c2FsdA==$" + "A" * 43 + "=",
        "scrypt$16384$8$3$$" + "A" * 43 + "=",
        "scrypt$16384$8$3$!$" + "A" * 43 + "=",
    ],
)
def test_what_is_no_hash_is_not_taken_for_one(text):
    with pytest.raises(ValueError):
        Hash.read(text)


@pytest.fixture
def file(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "passcodes"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write


def test_a_file_has_a_line_for_each_user(file):
    known = load(file(f"# users\n\nreader:{Hash.of(b'right', cost=CHEAP)}\n"))

    assert known.are_right("reader", b"right")
    assert not known.are_right("# users", b"right")


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("reader:right\n", 0o600, "line 1 is not NAME:scrypt"),
        ("\nreader\n", 0o600, "line 2 is not NAME:scrypt"),
        (f":{Hash.of(b'x', cost=CHEAP)}\n", 0o600, "line 1 names no user"),
        ("", 0o644, "is open to every user"),
    ],
    ids=["no hash", "no passcode", "no user", "open"],  # a salt in an id differs in each process
)
def test_a_file_that_cannot_be_used_says_why_and_shows_nothing(file, text, mode, said):
    with pytest.raises(ConfigurationError, match=said) as error:
        load(file(text, mode))

    assert "right" not in str(error.value)


def test_a_line_is_written_by_the_module_itself(file, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["passcodes", "reader"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("right\n"))
    monkeypatch.delitem(sys.modules, "pacs_secure.passcodes")
    runpy.run_module("pacs_secure.passcodes", run_name="__main__")

    assert load(file(capsys.readouterr().out)).are_right("reader", b"right")
    assert load(file(line("reader", "other"))).are_right("reader", b"other")


def test_a_passcode_that_a_machine_has_drawn_is_hashed_as_cheaply_as_is_read(file):
    passcode = secrets.token_urlsafe(12)
    known = load(file(line("reader", passcode, random=True)))

    assert known.are_right("reader", passcode.encode())
    assert not known.are_right("reader", b"right")
