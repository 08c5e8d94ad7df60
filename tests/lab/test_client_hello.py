import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import client_hello
from lab.client_hello import Chosen, Nothing, NoTls, Offer, Refused, read_reply
from tests.lab.weak_servers import server_hello


def test_the_record_announces_what_it_holds():
    sent = client_hello.client_hello(Offer(client_hello.TLS_1_2, client_hello.NULL_SUITES))

    assert sent[0] == client_hello.HANDSHAKE
    assert int.from_bytes(sent[3:5], "big") == len(sent) - 5
    assert int.from_bytes(sent[6:9], "big") == len(sent) - 9
    assert bytes.fromhex("003b") in sent


def test_ssl_3_0_knows_no_extensions():
    with_some = client_hello.client_hello(Offer(client_hello.TLS_1_0, (5,)))
    without = client_hello.client_hello(Offer(client_hello.SSL_3_0, (5,)))

    assert without.endswith(b"\x01\x00")
    assert with_some[1:3] == b"\x03\x01"
    assert without[1:3] == b"\x03\x00"
    assert len(without) < len(with_some)


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (server_hello("0303", "003b"), Chosen(0x0303, 0x003B)),
        (server_hello("0301", "0005") + b"more", Chosen(0x0301, 0x0005)),
        (bytes.fromhex("15030300020246"), Refused(70)),
        (bytes.fromhex("150303000102"), Nothing()),
        (b"", Nothing()),
        (b"\x16\x03", NoTls(b"\x16\x03")),
        (bytes.fromhex("0300000000040001010100"), NoTls(bytes.fromhex("0300000000"))),
        (b"\x16\x04\x00\x00\x01x", NoTls(b"\x16\x04\x00\x00\x01")),
        (b"\x16\x03\x00\xff\xff" + bytes(300), NoTls(b"\x16\x03\x00\xff\xff")),
        (server_hello("0303", "003b")[:-2], NoTls(b"\x02\x00\x00\x26\x03")),
        (b"\x16\x03\x03\x00\x02\x0e\x00", NoTls(b"\x0e\x00")),
    ],
)
def test_an_answer_is_read(answer, reply):
    assert read_reply(io.BytesIO(answer).read) == reply


@given(st.binary(max_size=600))
def test_no_answer_makes_it_stumble(answer):
    assert isinstance(read_reply(io.BytesIO(answer).read), Chosen | Refused | NoTls | Nothing)
