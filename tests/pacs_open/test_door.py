from pacs_open.door import GIB, Door


def test_the_open_archive_has_the_generous_ceilings_of_the_design():
    door = Door()

    assert door.silence == 300
    assert door.maximum_message == 4 * GIB
    assert door.ssl_context is None


def test_one_listener_does_not_share_its_bounds_with_another():
    one, other = Door(), Door()
    one.silence = 1

    assert other.silence == 300
