"""``pacs-secure``: the command line of ``pacs-open``, with controls."""

import argparse
from collections.abc import Sequence

from pacs_open import cli
from pacs_open.config import Config, KnownPeer
from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_secure import audit_check, certificates, config
from pacs_secure.controls.audit import Audit
from pacs_secure.controls.tls import Tls


def main(arguments: Sequence[str] | None = None) -> int:
    """``pacs-secure``: the archive with its controls. Returns the exit code."""
    audit = {"audit": "look for edits in the audit trail"}
    options = cli.parser("pacs-secure", "The same archive with controls.", audit)
    options.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="C",
        help="keep this control and what it needs, leave out the others; may be repeated",
    )
    options.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="C",
        help="leave out this control and what needs it; may be repeated",
    )
    return cli.run(options, _load, arguments, {"audit": _audit})


def _load(chosen: argparse.Namespace) -> tuple[Config, Sequence[Control]]:
    """Without TLS this archive leaks as the open one does, and needs the same plain word."""
    settings, controls = config.load(chosen.config, only=chosen.only, without=chosen.without)
    connection = settings.network_connection
    has_tls = any(isinstance(control, Tls) for control in controls)
    if not (has_tls or connection.is_loopback or connection.leak_beyond_this_machine):
        message = (
            f"{chosen.config}: network_connection.host: {connection.host} is not loopback, and "
            "without the control tls everybody can read along; listen on 127.0.0.1, or say "
            "leak_beyond_this_machine = true"
        )
        raise ConfigurationError(message)
    if chosen.command == "health":
        return _as_a_peer(settings, controls)
    return settings, controls


def _audit(_settings: Config, controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    trails = [control for control in controls if isinstance(control, Audit)]
    if not trails or not (trails[0].file and trails[0].key and trails[0].anchor):
        message = "controls.audit: is off or names no file, key and anchor: there is no trail"
        raise ConfigurationError(message)
    findings = audit_check.check(trails[0].file, trails[0].key, trails[0].anchor)
    for finding in findings:
        cli.say(str(finding))
    return 1 if findings else 0


def _as_a_peer(settings: Config, controls: Sequence[Control]) -> tuple[Config, Sequence[Control]]:
    """What concerns who calls this archive: TLS, and the name that its certificate carries."""
    on_the_way = [control for control in controls if isinstance(control, Tls)]
    names = [
        certificates.own_name(certificate)
        for control in on_the_way
        for certificate in control.certificate[:1]
    ]
    connection = settings.network_connection
    if not connection.port or not names or names[0] is None:
        return settings, on_the_way
    itself = KnownPeer(
        ae_title=settings.network_ae.ae_title,
        host=connection.host,
        port=connection.port,
        server_name=names[0],
    )
    return settings.model_copy(update={"peers": (itself,)}), on_the_way
