import pytest

from lab.verify.tls_profile import Taken, look, profile

B12 = {"RFC 9325"}


@pytest.mark.parametrize(
    ("offers", "tls_1_3", "words"),
    [
        (B12, True, "satisfies B.12"),
        (B12, False, "satisfies B.12"),
        (B12 | {"DHE"}, True, "satisfies B.12"),
        (B12 | {"static RSA"}, True, "but it takes static RSA"),
        (B12 | {"NULL"}, True, "not B.12: it takes a cipher suite without encryption"),
        (B12 | {"TLS 1.0", "TLS 1.1"}, True, "retired profile B.9"),
        (set(), True, "TLS 1.3 alone"),
        ({"DHE"}, False, "as the retired B.10"),
        ({"TLS 1.0", "AES-CBC", "3DES"}, False, "retired profile B.3"),
        ({"TLS 1.0", "3DES"}, False, "retired profile B.1"),
        ({"static RSA"}, False, "none of the suites of RFC 9325"),
        (set(), False, "no profile"),
    ],
)
def test_a_profile_is_told_by_what_is_taken(offers, tls_1_3, words):
    assert words in profile(Taken(frozenset(offers), tls_1_3=tls_1_3))


def test_b13_is_never_claimed():
    assert "cannot be told" in profile(Taken(frozenset(B12)))


def test_the_hardened_archive_satisfies_b12(right):
    said = look(right.as_stranger())

    assert "satisfies B.12" in said[0].text
    assert "TLS 1.3" in said[1].text
    assert "EC 256 bit" in said[2].text


def test_what_speaks_no_tls_satisfies_nothing(wrong):
    said = look(wrong.as_stranger())

    assert "no profile" in said[0].text
    assert len(said) == 2
