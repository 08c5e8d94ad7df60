"""`check`, `rebuild` and `export` of both archives, with both databases, as an operator calls them.

The index is rebuilt from the log alone and is equal to the lost one, in commit order; what a
killed process left behind is found and cleared; a damaged record is named, and its neighbours
are saved.
"""

import json
import sqlite3
import subprocess
from contextlib import closing

import psycopg
import pytest

from tests.pacs_open.conftest import postgresql

__all__ = ["postgresql"]

STUDY = "2.25.9"
COLUMNS = 'id, "SOPInstanceUID", "SOPClassUID", digest, segment, "offset"'


@pytest.fixture(params=["open", "secure"])
def kind(request):
    return request.param


class Kept:
    """A stopped archive that holds five instances; the open one has replaced one of them."""

    def __init__(self, archive, index_url, encode):
        self.archive, self._url = archive, index_url
        self.directory = archive.folder / "archive"
        archive.start()
        self.data = {f"{STUDY}.{number}": encode(f"{STUDY}.{number}") for number in range(5)}
        with archive.wire() as wire:
            for uid, data in self.data.items():
                assert wire.store(uid, data) == 0x0000
            other = encode(f"{STUDY}.1", 32)
            if wire.store(f"{STUDY}.1", other) == 0x0000:  # `no_overwrite` says 0111H
                self.data[f"{STUDY}.1"] = other
        assert archive.stop() == 0

    def call(self, *arguments, expect=0):
        ran = subprocess.run(
            self.archive.command(*arguments), capture_output=True, text=True, check=False
        )
        assert ran.returncode == expect, ran.stdout + ran.stderr
        return ran.stdout, ran.stderr

    def rows(self):
        """The instances of the index, by commit number."""
        query = f"SELECT {COLUMNS} FROM instances ORDER BY id"  # noqa: S608 - our own names
        if self._url is None:
            with closing(sqlite3.connect(self.directory / "index.sqlite")) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self._url) as connection:
            return connection.execute(query).fetchall()

    def lose_the_index(self):
        for path in self.directory.glob("index.sqlite*"):
            path.unlink()
        if self._url is not None:
            with psycopg.connect(self._url) as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")

    def place_of(self, uid):
        ((segment, offset),) = [row[4:] for row in self.rows() if row[1] == uid]
        return self.directory / "segments" / f"{segment:08d}.log", offset

    def served(self):
        self.archive.start()
        try:
            return self.archive.retrieve(StudyInstanceUID=STUDY)
        finally:
            assert self.archive.stop() == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request, kind, make_archive, small_instance, tmp_path):
    url = request.getfixturevalue("postgresql").empty() if request.param == "postgresql" else None
    table = {"directory": "archive", **({"index": url} if url else {})}
    return Kept(make_archive(kind, tmp_path, archive=table), url, small_instance)


def test_a_lost_index_is_rebuilt_from_the_log_alone_and_equal(kept):
    before = kept.rows()
    state, _ = kept.call("check")
    assert state.startswith("0 problems")
    assert [row[0] for row in before] == sorted(row[0] for row in before)
    kept.lose_the_index()

    said, _ = kept.call("rebuild")
    assert said == "5 instances in the new index\n"
    assert kept.rows() == before
    assert kept.call("check")[0] == state
    assert kept.served() == kept.data


def test_what_a_killed_process_left_is_found_and_cleared(kept):
    log, _ = kept.place_of(f"{STUDY}.4")
    whole = log.stat().st_size
    with log.open("ab") as file:
        file.write(bytes(5000))  # the body of an instance that was never committed
    (kept.directory / "index.sqlite.new").write_bytes(b"half a copy")

    said, told = kept.call("check")
    assert said.startswith("0 problems")
    assert "5000 bytes of a half record cut off" in told
    assert "index.sqlite.new: was never finished, removed" in told
    assert log.stat().st_size == whole
    assert not (kept.directory / "index.sqlite.new").exists()
    assert kept.call("check")[1].count("half") == 0
    assert kept.served() == kept.data


def test_a_damaged_record_is_named_and_its_neighbours_are_saved(kept, tmp_path):
    hurt = f"{STUDY}.2"
    log, offset = kept.place_of(hurt)
    with log.open("r+b") as file:
        file.seek(offset + 128 + 600)
        (byte,) = file.read(1)
        file.seek(offset + 128 + 600)
        file.write(bytes([byte ^ 1]))

    said, _ = kept.call("check", expect=1)
    assert f"damaged record: {log} at {offset}" in said
    said, _ = kept.call("export", "--to", str(tmp_path / "out"), expect=1)
    assert f"damaged record: {log} at {offset}: {hurt}" in said
    assert said.endswith("4 files in " + str(tmp_path / "out") + ", 1 problems\n")
    listing = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    neighbours = {uid: data for uid, data in kept.data.items() if uid != hurt}
    assert {line["SOPInstanceUID"] for line in listing} == set(neighbours)
    for line in listing:
        file = tmp_path / "out" / line["file"]
        assert file.read_bytes().endswith(neighbours[line["SOPInstanceUID"]])

    said, told = kept.call("rebuild")
    assert said == "4 instances in the new index\n"
    assert f"the record at {offset} does not match its checksum" in told
    assert kept.served() == neighbours
