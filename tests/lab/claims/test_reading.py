"""Claims are read, or the line that is wrong is told."""

import pytest

from lab.claims.reading import examples, known, read
from lab.errors import WrongUseError

GOOD = """product = "x"

[[claims]]
clause = "B.12"

[[claims]]
clause = "MDS2 NAUT-3"
answer = "no"
"""


def _file(tmp_path, text):
    path = tmp_path / "claims.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_claims_are_read(tmp_path):
    claims = read(_file(tmp_path, GOOD))
    assert [(claim.clause, claim.answer) for claim in claims.claims] == [
        ("B.12", "yes"),
        ("MDS2 NAUT-3", "no"),
    ]


def test_three_examples_ship_and_one_claims_retired_profiles():
    assert set(examples()) == {"hardened", "paper_tiger", "retired_tls"}
    for name in examples():
        assert read(f"example:{name}").claims
    retired = read("example:retired_tls").claims
    assert any(known()[claim.clause].clause.retired for claim in retired)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('product = "x"\nclaims = [\n', "end of document"),
        ('product = "x"\n\nproduct = = 1\n', "line 3"),
        (GOOD.replace("B.12", "B.21"), r"line 4: no map has a clause .B.21.; did you mean"),
        (GOOD.replace("MDS2 NAUT-3", "zzzz"), r"line 7: .*`pacslab maps` lists them"),
        (GOOD.replace('"no"', '"maybe"'), "line 8: claims.1.answer"),
        (GOOD.replace('answer = "no"', "sure = true"), "line 8: claims.1.sure"),
        (GOOD.replace('clause = "B.12"\n', ""), "line 3: claims.0.clause: Field required"),
        (GOOD.replace('product = "x"\n', ""), "line 1: product: Field required"),
        (b'product = "x"\n\n# \xff\n', "line 3: is no UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, said):
    with pytest.raises(WrongUseError, match=said):
        read(_file(tmp_path, text))


def test_an_example_that_does_not_ship_is_told():
    with pytest.raises(WrongUseError, match="there are hardened"):
        read("example:none")


def test_a_huge_file_is_not_read(tmp_path):
    with pytest.raises(WrongUseError, match="too large"):
        read(_file(tmp_path, b"#" * (1024 * 1024 + 1)))
