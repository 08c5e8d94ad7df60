from pacs_open.child import Child


def test_an_order_arrives_and_one_that_is_gone_need_not_be_told():
    child = Child(3)
    child.order(b"stop")

    assert child.name == "worker 3"
    assert child.orders.recv_bytes() == b"stop"
    assert not child.serves
    assert child.obeys
    child.orders.close()
    child.order(b"stop")
    child.ledger.close()
    child.close()
