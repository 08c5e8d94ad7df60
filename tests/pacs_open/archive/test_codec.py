from pacs_open.archive.codec import identity


def test_identity_leaves_bytes_as_they_are():
    encoder, decoder = identity.encoder(), identity.decoder()

    assert bytes(decoder.update(encoder.update(b"abc"))) == b"abc"
    assert encoder.finish() == decoder.finish() == b""
    assert identity.plain


def test_an_archive_reads_what_was_written_with_another_codec(shelf):
    class Turned:
        number, plain = 7, False

        def encoder(self):
            return self

        decoder = encoder

        def update(self, data):
            return bytes(byte ^ 0xFF for byte in data)

        def finish(self):
            return b""

    first, second = shelf.data_set(1), shelf.data_set(2)
    with shelf.open() as archive:
        shelf.store(archive, first)
    with shelf.open(codec=Turned()) as archive:
        shelf.store(archive, second)

        assert shelf.read(archive, 1) == first
        assert shelf.read(archive, 2) == second
        assert archive.check() == []
        assert second not in (shelf.directory / "segments" / "00000001.log").read_bytes()
    with shelf.open() as archive:
        assert [problem.kind for problem in archive.check()] == ["damaged record"]
