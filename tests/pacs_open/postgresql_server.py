"""A PostgreSQL server for tests: real, on a free port of loopback, in a folder of its own.

Its default collation is a linguistic one, so that a test sees where the index relies on it.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import psutil
import psycopg

from lab.engines.ports import free_port

MISSING = "postgres is not installed; the Debian package postgresql brings it"
_BEYOND_PATH = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_SETTINGS = {
    "fsync": "off",  # the machine does not crash, only the server
    "max_connections": "60",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_checkpoints": "off",
    "autovacuum_naptime": "1s",
}


def programs():
    """The folder of initdb and postgres; None if they are not installed."""
    candidates = [*_BEYOND_PATH, *map(Path, os.environ["PATH"].split(os.pathsep))]
    return next((folder for folder in candidates if (folder / "initdb").is_file()), None)


class PostgresqlServer:
    """One server; started, stopped, killed and frozen as often as a test likes."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pacslab-postgresql-"))
        self.port = free_port()
        self._identity = {}
        if os.geteuid() == 0:  # initdb refuses root
            user = pwd.getpwnam("postgres")
            self._identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._names = (f"archive{number}" for number in itertools.count(1))
        self._used = None
        self._process = None
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        self._call("initdb", "-D", str(self.data), "-A", "trust", "-U", "pacs", "-E", "UTF8",
                   "--no-sync", *locale)  # fmt: skip

    @property
    def data(self):
        return self.folder / "data"

    def _call(self, name, *arguments):
        subprocess.run(
            [programs() / name, *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._identity,
        )

    def start(self):
        """Return when it is ready to accept connections."""
        settings = [part for pair in _SETTINGS.items() for part in ("-c", "=".join(pair))]
        self._process = subprocess.Popen(
            [programs() / "postgres", "-D", self.data, "-p", str(self.port), *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            **self._identity,
        )
        said = []
        for line in self._process.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                break
        else:
            raise RuntimeError("".join(said))
        self._listener = threading.Thread(target=self._listen, args=(self._process.stderr,))
        self._listener.start()

    @staticmethod
    def _listen(stream):
        for _ in stream:  # or it would stand still when the pipe is full
            pass

    def stop(self, how=signal.SIGINT):
        """Stop it: SIGINT ends all sessions, SIGQUIT is a crash. It must be running."""
        self._process.send_signal(how)
        self._process.wait(60)
        self._listener.join()
        self._process.stderr.close()
        self._process = None

    def kill(self):
        """SIGKILL to all its processes at once, frozen ones too."""
        self._signal_all(signal.SIGKILL)
        self._process.wait(60)
        self._listener.join()
        self._process.stderr.close()
        self._process = None

    def freeze(self):
        """Stand still, with all connections open."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        """Go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.send_signal(number)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):  # autovacuum comes and goes
                child.send_signal(number)

    @contextlib.contextmanager
    def away(self, how=signal.SIGINT):
        """Stopped inside, started again behind."""
        self.stop(how)
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def frozen(self):
        """Frozen inside, thawed behind."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def execute(self, statement, database="postgres"):
        """Rows of one statement."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def address(self, database):
        """What libpq calls it."""
        return f"postgresql://pacs@127.0.0.1:{self.port}/{database}"

    def empty(self):
        """The URL of a database that is empty, and to which nobody is connected."""
        if self._used is None:
            self._used = next(self._names)
            self.execute(f"CREATE DATABASE {self._used}")
        self._disconnect(self._used)
        self.execute("DROP SCHEMA public CASCADE", self._used)
        self.execute("CREATE SCHEMA public", self._used)
        return self.address(self._used)

    def encoded(self, encoding):
        """The URL of a new database in another encoding."""
        name = next(self._names)
        self.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' "
            "LOCALE_PROVIDER libc LOCALE 'C'"
        )
        return self.address(name)

    def _disconnect(self, database):
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (database,),
            )

    def copy(self, url):
        """The URL of a copy of a database; whoever is connected to it loses his connection."""
        source, name = url.rpartition("/")[2], next(self._names)
        self._disconnect(source)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        return self.address(name)

    def close(self):
        """End it and remove its folder."""
        if self._process is not None:
            self.stop()
        shutil.rmtree(self.folder)
