import io
from types import SimpleNamespace

from lab.delivery import Delivered, take

REQUEST = SimpleNamespace(
    AffectedSOPClassUID="1.2", AffectedSOPInstanceUID="1.2.3", DataSet=io.BytesIO(b"data")
)


def test_an_arriving_instance_is_handed_on_as_it_came():
    came = []
    event = SimpleNamespace(
        context=SimpleNamespace(transfer_syntax="1.2.840.10008.1.2"),
        request=REQUEST,
        assoc=SimpleNamespace(remote={"address": "127.0.0.9"}),
    )

    status = take(event, lambda delivered: came.append(delivered) or 0xA700)

    assert status == 0xA700
    assert came == [Delivered("1.2", "1.2.3", "1.2.840.10008.1.2", b"data", "127.0.0.9")]
