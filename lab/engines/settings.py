"""The TOML that the lab's two archives are started with.

Written as text a reader can learn from: ``pacslab up`` leaves it in the lab's folder.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.issuing import users
from lab.pki import DOMAIN, Identity

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "MODALITY": ("echo", "store", "commit"),
    "WORKSTATION": ("echo", "find", "get", "move"),
    "VISITOR": ("echo", "store", "find", "get"),
    "READER": ("echo", "find", "get", "move"),
}
"""What each of the clinic's devices may do, by its AE title."""

STORES: Mapping[str, tuple[str, ...]] = {
    "MODALITY": (
        "DigitalXRayImageStorageForPresentation",
        "DigitalMammographyXRayImageStorageForPresentation",
        "CTImageStorage",
        "MRImageStorage",
    ),
}
"""The only SOP classes that a device which stores has need of; no entry: all of them."""

SCOPE: Mapping[str, tuple[str, ...]] = {"READER": ("CT",)}
"""The only modalities that a device which finds and retrieves may see; no entry: all of them."""

USERS: Mapping[str, str] = {"READER": "reader"}
"""The only devices of which a user is demanded, and who that is."""

HANDSHAKE_DEADLINE = 5.0
"""Seconds until the hardened archive hangs up on a caller who says nothing."""

LARGEST = 16 * 1024 * 1024
"""Bytes of the largest instance it takes: twice those of the largest image that the lab draws."""
SILENCE = 8.0
"""Seconds that it lets an association stay without a byte."""
PDU_DEADLINE = 4.0
"""Seconds that a PDU may take."""
MESSAGE_DEADLINE = 60.0
"""Seconds that a data set may take."""
MATCHES = 200
"""Matches that it gives to one query."""

BRISK_DEADLINE, BRISK_SILENCE, BRISK_PDU_DEADLINE = 2.5, 3.0, 2.5
BRISK_LARGEST = 1024 * 1024
BRISK_ASSOCIATIONS, BRISK_MATCHES = 6, 12
BRISK: Mapping[str, Mapping[str, Any]] = {
    "handshake_deadline": {"seconds": BRISK_DEADLINE},
    "association_limit": {"per_peer": BRISK_ASSOCIATIONS},
    "message_limits": {
        "silence": BRISK_SILENCE,
        "pdu": BRISK_PDU_DEADLINE,
        "largest": BRISK_LARGEST,
    },
    "query_scope": {"limit": BRISK_MATCHES},
}
"""Values so tight that a question about them takes seconds, and wide enough that friends are served
on a busy machine: for the matrix, which asks often."""

OPEN_TITLE = "PACS-OPEN"
SECURE_TITLE = "PACS-SECURE"


def open_archive(*, port: int, workstation_port: int, callback_port: int) -> dict[str, Any]:
    """Tables of the archive without safeguards."""
    return {
        "callback_port": callback_port,
        "device": {"name": "pacs-open", "description": "leaks on purpose; synthetic images only"},
        "network_ae": {"ae_title": OPEN_TITLE},
        "network_connection": {"host": "127.0.0.1", "port": port},
        "archive": {"directory": "archive"},
        "peers": [_workstation(workstation_port)],
    }


def secure_archive(
    *,
    port: int,
    workstation_port: int,
    callback_port: int,
    identities: Mapping[str, Identity],
    own: Identity,
    admit: bool = True,
) -> dict[str, Any]:
    """Tables of the hardened archive; paths are relative to its folder.

    ``admit`` false leaves every list of friends empty: an archive that is closed to all.
    """
    friends = {identity.ae_title: identity for identity in identities.values() if admit}
    rights = {title: list(may) for title, may in RIGHTS.items() if title in friends}
    seeing = [
        title for title, may in rights.items() if not {"find", "get", "commit"}.isdisjoint(may)
    ]
    return {
        "callback_port": callback_port,
        "admissions": "admitted",
        "device": {"name": "pacs-secure", "description": "the same archive plus its controls"},
        "network_ae": {"ae_title": SECURE_TITLE},
        "network_connection": {"host": "127.0.0.1", "port": port},
        "archive": {"directory": "archive"},
        "peers": [_workstation(workstation_port)],
        "controls": {
            "tls": {
                "certificate": str(own.certificate),
                "key": str(own.key),
                "trust": str(own.trust),
                "crl": "crl.pem",
            },
            "handshake_deadline": {"seconds": HANDSHAKE_DEADLINE},
            "message_limits": {
                "largest": LARGEST,
                "silence": SILENCE,
                "pdu": PDU_DEADLINE,
                "message": MESSAGE_DEADLINE,
            },
            "called_ae": {"titles": [SECURE_TITLE]},
            "calling_ae": {"titles": sorted(rights)},
            "node_identity": {
                "fingerprints": {title: [friends[title].fingerprint] for title in sorted(rights)}
            },
            "presentation_contexts": {
                "services": rights,
                "storage_classes": {t: list(c) for t, c in STORES.items() if t in friends},
            },
            "user_identity": users.settings(
                "users", [title for title in rights if title not in USERS]
            ),
            "permissions": {"rights": rights},
            "query_scope": {
                "limit": MATCHES,
                "everything": [title for title in seeing if title not in SCOPE],
                "modalities": {t: list(m) for t, m in SCOPE.items() if t in seeing},
            },
            "move_destinations": {"titles": ["WORKSTATION"] if admit else []},
            "audit": {
                "file": "audit/trail.log",
                "key": "audit-key/key",
                "anchor": "audit-key/anchor",
            },
        },
    }


def _workstation(port: int) -> dict[str, Any]:
    return {
        "ae_title": "WORKSTATION",
        "host": "127.0.0.1",
        "port": port,
        "server_name": f"workstation.{DOMAIN}",
    }


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def closed_to_all(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a hardened archive with every list of friends emptied.

    Its own title stays, where it stands: an archive that asks itself for a C-ECHO is no friend.
    """
    own = tables["network_ae"]["ae_title"]
    closed = (
        ("calling_ae", "titles"),
        ("move_destinations", "titles"),
        ("node_identity", "certificates"),
        ("presentation_contexts", "services"),
        ("presentation_contexts", "storage_classes"),
        ("user_identity", "exempt"),
        ("permissions", "rights"),
        ("query_scope", "everything"),
        ("query_scope", "modalities"),
    )
    controls = dict(tables["controls"])
    for name, friends in closed:
        controls[name] = {**controls[name], friends: _only(own, controls[name][friends])}
    return {**tables, "controls": controls}


def _only(own: str, friends: Any) -> Any:
    if isinstance(friends, Mapping):
        return {title: value for title, value in friends.items() if title == own}
    return [title for title in friends if title == own]


def write(path: Path, tables: Mapping[str, Any], comment: str) -> None:
    """Write tables as TOML, readable by their owner alone."""
    path.touch(mode=0o600)
    text = "\n".join([f"# {comment}", *_lines("", tables), ""])
    path.write_text(text, encoding="utf-8", newline="\n")


def _lines(name: str, table: Mapping[str, Any]) -> Sequence[str]:
    """One table: its own keys first, then the tables below it."""
    lines = [f"\n[{name}]"] if name else []
    plain = {key: value for key, value in table.items() if not _is_table(value)}
    lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
    if name and not plain:
        lines = []
    for key, value in table.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            lines += _lines(path, value) if not _is_inline(value) else []
        elif _is_table(value):
            for entry in value:
                lines += [f"\n[[{path}]]", *(f"{k} = {_value(v)}" for k, v in entry.items())]
    return lines


def _is_table(value: Any) -> bool:
    return (isinstance(value, Mapping) and not _is_inline(value)) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _is_inline(value: Mapping[str, Any]) -> bool:
    """AE title -> list: one line reads better than a table."""
    return all(isinstance(entry, list) for entry in value.values())


def _value(value: Any) -> str:
    """A JSON string, number, boolean or list is a TOML one, too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
