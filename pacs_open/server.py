"""The adapter: connections in, controls asked, services called, answers out.

One process's server. :mod:`pacs_open.workers` runs several behind one port; tests run one in
their own process.
"""

import itertools
import logging
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from pacs_open import logs
from pacs_open.acceptor import Acceptor
from pacs_open.archive.archive import Archive
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.destinations import Destinations
from pacs_open.door import Door
from pacs_open.errands import Errands
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import Book, Ledger, LocalLedger
from pacs_open.reloading import Setup
from pacs_open.services import Scp
from pacs_open.services.scp import Proposals, Roles
from pacs_open.stack import Stack
from pacs_open.values import Destination, Event, Moment, Peer
from pacs_open.wire import listener, requestor
from pacs_open.wire.association import Channel
from pacs_open.wire.proxies import Proxies

_log = logging.getLogger(__name__)

IDLE: Final = 2.0
"""Seconds without a request after which an association is not waited for at a stop: longer than
a modality pauses between two images, short enough that a quiet workstation delays nobody."""
_LOOK_AGAIN: Final = 0.05


def books_of(controls: Sequence[Control]) -> dict[str, Book]:
    """All books that the controls keep. Raises ConfigurationError."""
    return {name: book for control in controls for name, book in control.books().items()}


class Server:
    """Listens, and serves each connection on its own thread.

    Args:
        config: the archive's configuration.
        controls: asked in this order; () is the open archive.
        archive: opened from the configuration (and closed at the end) if None.
        ledger: what the controls count in; books in this very process if None.
        listening: a bound, listening socket; bound from the configuration if None.
        announce: whether to tell the controls of start and stop (workers do not).

    Raises:
        ConfigurationError: port, key or any other setting cannot be used.
        ArchiveError: the archive cannot be opened.
    """

    def __init__(
        self,
        config: Config,
        controls: Sequence[Control] = (),
        *,
        archive: Archive | None = None,
        ledger: Ledger | None = None,
        listening: socket.socket | None = None,
        announce: bool = True,
    ) -> None:
        self.is_stopping = False
        self._config = config
        self._own_ledger = LocalLedger(books_of(controls)) if ledger is None else None
        self._ledger: Ledger = ledger or self._own_ledger or LocalLedger({})
        self.stack = Stack(controls, self._ledger)
        self.door: Door = self.stack.secure()
        connection = config.network_connection
        self._listening = listening or listener.bind(connection.host, connection.port)
        self.address: tuple[str, int] = self._listening.getsockname()[:2]
        """Host and port that it listens on."""
        self._own_archive = archive is None
        self._archive = archive or open_archive(config)
        self.proxies = Proxies(connection.proxies)
        self._destinations = Destinations(config.peers, config.callback_port)
        self._announce = announce
        self._serials = itertools.count(1)
        self._errands = Errands()
        self._acceptors: set[Acceptor] = set()
        self._changed = threading.Condition()
        self._listener = listener.Listener(
            self._listening, self._handle, shared=listening is not None
        )

    # -- life

    def start(self) -> None:
        """Begin to accept connections."""
        if self._announce:
            self._tell(Event(Moment.STARTED))
        self._listener.start()

    def stop(self, within: float | None = None) -> None:
        """Accept no more; associations at hand go on until they are done, or time is up.

        Args:
            within: seconds; ``workers.stop_within`` of the configuration if None.
        """
        if self.is_stopping:
            return
        self.is_stopping = True
        self._listener.stop()
        self._errands.stop()
        limit = self._config.workers.stop_within if within is None else within
        deadline = time.monotonic() + limit
        with self._changed:
            while self._acceptors and time.monotonic() < deadline:
                self._interrupt_idle()
                self._changed.wait(_LOOK_AGAIN)
            while self._acceptors and time.monotonic() < deadline + 2.0:
                for acceptor in self._acceptors:
                    acceptor.interrupt()
                self._changed.wait(_LOOK_AGAIN)
        self._close()

    def _close(self) -> None:
        try:
            if self._announce:
                self._tell(Event(Moment.STOPPED))
        finally:
            if self._own_archive:
                self._archive.close()
            if self._own_ledger is not None:
                self._own_ledger.close()

    def _tell(self, event: Event) -> None:
        logs.log_event(event)
        self.stack.observe(event)

    def _interrupt_idle(self) -> None:
        for acceptor in self._acceptors:
            since = acceptor.idle_since
            if since is not None and time.monotonic() - since > IDLE:
                acceptor.interrupt()

    @property
    def has_lost_its_index(self) -> bool:
        """Whether the archive has to be opened anew, which makes the index anew from the log."""
        return self._archive.index.is_gone

    def reload(self, setup: Setup | None = None) -> bool:
        """New connections meet the new settings; who may not stay is sent away.

        Without ``setup`` the same controls are asked again for what their files say now. If a
        control cannot obey its settings, all stays as it was, and the log says so. Returns
        whether the settings are obeyed.
        """
        stack = self.stack if setup is None else Stack(setup.controls, self._ledger)
        try:
            door = stack.secure()
        except ConfigurationError as error:
            _log.error("not reloaded, all stays as it was: %s", error)
            return False
        except Exception as error:  # of any other fault only the type is safe to tell
            _log.error("not reloaded, all stays as it was: %s", type(error).__name__)
            return False
        if setup is not None:
            peers = setup.config.peers, setup.config.callback_port
            self._destinations = Destinations(*peers)
        self.stack, self.door = stack, door
        _log.info("reloaded: new connections meet the new settings")
        with self._changed:
            standing = list(self._acceptors)
        for acceptor in standing:
            acceptor.reconsider()
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- what acceptors need

    def serve(self, channel: Channel, stack: Stack) -> Scp:
        """Our side of an association, for its services."""
        return Scp(
            ae_title=self._config.network_ae.ae_title,
            archive=self._archive,
            controls=stack,
            channel=channel,
            destinations=self._destinations,
            dial=self._dial,
            later=self._errands.take,
        )

    def _dial(
        self, destination: Destination, proposals: Proposals, roles: Roles | None = None
    ) -> Channel:
        return requestor.request(
            destination,
            calling_ae_title=self._config.network_ae.ae_title,
            proposals=proposals,
            roles=roles,
        )

    def _handle(self, sock: socket.socket, address: tuple[str, int]) -> None:
        peer = Peer(address[0], address[1], serial=next(self._serials))
        acceptor = Acceptor(self, self.door, sock, peer)
        with self._changed:
            self._acceptors.add(acceptor)
        try:
            acceptor.run()
        finally:
            with self._changed:
                self._acceptors.discard(acceptor)
                self._changed.notify_all()


def open_archive(config: Config) -> Archive:
    """The archive that a configuration names. Raises ArchiveError."""
    table = config.archive
    return Archive(table.directory, index_url=table.index, durability=table.durability)
