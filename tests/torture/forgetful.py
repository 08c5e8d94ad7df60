"""A file system that forgets at unmounting what was not synced: a power failure for tests.

A file's bytes last once the file was synced, a name in a directory once the directory was: no
more than POSIX promises (fsync, and NOTES of fsync(2) on directories). ``python -m
tests.torture.forgetful MOUNTPOINT KEPT`` serves until it is unmounted; KEPT is a real folder
that holds what lasted. While there is a file ``read-only`` beside it, nothing can be changed.
"""

import errno
import stat
import sys
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import mfusepy


@dataclass
class Node:
    """A file or a directory, as it is now and as it is on the disk."""

    is_directory: bool
    mode: int
    data: bytearray = field(default_factory=bytearray)
    names: dict = field(default_factory=dict)
    kept_data: bytes = b""
    kept_names: dict = field(default_factory=dict)
    changed: int = field(default_factory=time.time_ns)

    def keep(self):
        self.kept_data, self.kept_names = bytes(self.data), dict(self.names)


class Forgetful(mfusepy.Operations):
    """Everything is held in memory; what lasted is written to ``kept`` in the end."""

    use_ns = True

    def __init__(self, kept):
        self._kept = kept
        self._read_only = kept.parent / "read-only"
        self._root = _read(kept)
        self._open = {}
        self._handles = count(1)

    def destroy(self, path):
        """Unmounted: the power is gone."""
        _write(self._root, self._kept)

    # -- names

    def _node(self, path):
        node = self._root
        for name in filter(None, path.split("/")):
            if name not in node.names:
                raise mfusepy.FuseOSError(errno.ENOENT)
            node = node.names[name]
        return node

    def _place(self, path):
        above, _, name = path.rpartition("/")
        return self._node(above), name

    def _may_change(self):
        if self._read_only.exists():
            raise mfusepy.FuseOSError(errno.EROFS)

    def _new(self, path, node):
        self._may_change()
        directory, name = self._place(path)
        if name in directory.names:
            raise mfusepy.FuseOSError(errno.EEXIST)
        directory.names[name] = node

    def mkdir(self, path, mode):
        self._new(path, Node(is_directory=True, mode=mode))
        return 0

    def _remove(self, path):
        self._may_change()
        directory, name = self._place(path)
        if self._node(path).names:
            raise mfusepy.FuseOSError(errno.ENOTEMPTY)
        del directory.names[name]
        return 0

    unlink = rmdir = _remove

    def rename(self, old, new):
        self._may_change()
        node = self._node(old)
        before, name = self._place(old)
        after, fresh = self._place(new)
        del before.names[name]
        after.names[fresh] = node
        return 0

    def readdir(self, path, fh):
        return [".", "..", *self._node(path).names]

    def fsyncdir(self, path, datasync, fh):
        self._node(path).keep()
        return 0

    # -- files

    def create(self, path, mode, fi=None):
        self._new(path, Node(is_directory=False, mode=mode))
        return self.open(path, 0)

    def open(self, path, flags):
        handle = next(self._handles)
        self._open[handle] = self._node(path)
        return handle

    def release(self, path, fh):
        del self._open[fh]
        return 0

    def read(self, path, size, offset, fh):
        return bytes(self._open[fh].data[offset : offset + size])

    def write(self, path, data, offset, fh):
        self._may_change()
        node = self._open[fh]
        if offset > len(node.data):
            node.data += bytes(offset - len(node.data))
        node.data[offset : offset + len(data)] = data
        node.changed = time.time_ns()
        return len(data)

    def truncate(self, path, length, fh=None):
        self._may_change()
        node = self._open[fh] if fh else self._node(path)
        if length > len(node.data):
            node.data += bytes(length - len(node.data))
        del node.data[length:]
        return 0

    def fsync(self, path, datasync, fh):
        self._open[fh].keep()
        return 0

    # -- attributes

    def getattr(self, path, fh=None):
        node = self._open[fh] if fh else self._node(path)
        kind = stat.S_IFDIR if node.is_directory else stat.S_IFREG
        changed = dict.fromkeys(("st_atime", "st_mtime", "st_ctime"), node.changed)
        size = len(node.data)
        return {"st_mode": kind | node.mode & 0o7777, "st_nlink": 1, "st_size": size, **changed}

    def chmod(self, path, mode):
        self._node(path).mode = mode
        return 0

    def chown(self, path, uid, gid):
        return 0

    def utimens(self, path, times=None):
        return 0

    def statfs(self, path):
        return {"f_bsize": 4096, "f_blocks": 1 << 20, "f_bavail": 1 << 20, "f_bfree": 1 << 20}


def _read(path):
    """The node of a real file or folder, all of it on the disk."""
    mode = path.stat().st_mode
    node = Node(is_directory=path.is_dir(), mode=mode)
    if node.is_directory:
        node.names = {child.name: _read(child) for child in path.iterdir()}
    else:
        node.data = bytearray(path.read_bytes())
    node.keep()
    return node


def _write(node, path):
    """Make a real folder hold what lasted, and nothing else."""
    for child in path.iterdir():
        if child.name not in node.kept_names:
            _delete(child)
    for name, child in node.kept_names.items():
        place = path / name
        if child.is_directory:
            place.mkdir(exist_ok=True)
            _write(child, place)
        else:
            place.write_bytes(child.kept_data)
        place.chmod(child.mode & 0o7777)


def _delete(path):
    if path.is_dir():
        for child in path.iterdir():
            _delete(child)
        path.rmdir()
    else:
        path.unlink()


if __name__ == "__main__":
    mountpoint, kept = sys.argv[1:]
    # One thread, and nothing the kernel may take for granted of an earlier life.
    mfusepy.FUSE(Forgetful(Path(kept)), mountpoint, foreground=True, nothreads=True)
