import hashlib

from pacs_open.values import Certificate, Head, Peer, UserIdentity


def test_a_fingerprint_is_sha_256_over_the_der_bytes():
    assert Certificate(b"abc").fingerprint == hashlib.sha256(b"abc").hexdigest()


def test_limits_count_by_certificate_where_tls_proved_one_else_by_address():
    bare = Peer("127.0.0.5", 4711)
    proven = Peer("127.0.0.5", 4711, certificate=Certificate(b"abc"))

    assert bare.budget_key == "address 127.0.0.5"
    assert proven.budget_key.startswith("certificate ")
    assert bare.budget_key == Peer("127.0.0.5", 4712).budget_key


def test_secrets_do_not_show_in_a_representation():
    identity = UserIdentity(2, b"nurse", b"passcode")

    assert "passcode" not in repr(identity)
    assert "nurse" not in repr(identity)


def test_an_absent_element_reads_as_empty():
    assert Head({"PatientID": "4711"}).get("PatientID") == "4711"
    assert Head({}).get("PatientID") == ""
