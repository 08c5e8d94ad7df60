"""A conformance statement in the order of PS3.2 Annex A, in Markdown."""

from collections.abc import Iterable, Sequence

from pydicom.uid import UID

from lab.conformance.facts import Facts

REJECTIONS: Sequence[tuple[str, str, str]] = (
    ("1/1/7", "called-AE-title-not-recognized", "called_ae"),
    ("1/1/3", "calling-AE-title-not-recognized", "calling_ae, node_identity"),
    ("1/1/1", "no-reason-given", "uniform_refusal, in the place of the two above"),
    ("1/2/1", "no-reason-given: user not authenticated", "user_identity"),
    ("2/3/2", "local-limit-exceeded", "association_limit, refusal_budget"),
)
STATUSES: Sequence[tuple[str, str, str]] = (
    ("C-STORE", "0000", "durable, and found by the next query"),
    ("C-STORE", "0111", "duplicate SOP instance with other bytes (no_overwrite)"),
    ("C-STORE", "0117", "invalid object instance: its UID cannot be one"),
    ("C-STORE", "0124", "not authorized (permissions)"),
    ("C-STORE", "A700", "out of resources: nothing was kept"),
    ("C-STORE", "A900", "data set does not match the SOP class or the UIDs of the command"),
    ("C-STORE", "C000", "data set cannot be understood"),
    ("C-FIND", "0000, FF00, FE00", "done, a match, cancelled"),
    ("C-FIND", "0124", "not authorized (permissions, query_scope)"),
    ("C-GET", "0000, B000, FE00", "done, some failed, cancelled"),
    ("C-MOVE", "A801", "move destination unknown (move_destinations)"),
    ("N-ACTION", "0000", "storage commitment was taken on; N-EVENT-REPORT tells the outcome"),
)
AUDIT = ("A.5", "Audit Trail Message Format Profile", "audit")


def statement(facts: Facts) -> str:
    """The whole of it."""
    title = f"# DICOM conformance statement: {facts.device} pacs-{facts.which}"
    parts = (title, _overview(facts), _networking(facts), _interfaces(facts), _security(facts))
    return "\n\n".join(parts) + "\n"


def _overview(facts: Facts) -> str:
    kind = (
        "An archive without safeguards, for teaching. It must never hold a real patient."
        if facts.which == "open"
        else "The same archive with its controls."
    )
    return (
        "Made from the code by `pacslab conformance`. "
        f"{kind}\n\n## 1 Implementation model\n\n"
        "One application entity accepts associations, stores, is queried, sends images back "
        "(C-GET) or to others (C-MOVE), and takes on storage commitment. Archive, index and "
        "upper layer are its own; pynetdicom negotiates, pydicom reads data sets."
    )


def _networking(facts: Facts) -> str:
    basics = _table(
        ("parameter", "value"),
        [
            ("Application context", facts.application_context),
            ("Implementation class UID", facts.implementation_class_uid),
            ("Implementation version name", facts.implementation_version_name),
            ("Maximum PDU received", f"{facts.maximum_pdu} bytes"),
            ("Asynchronous operations", "not supported"),
            ("SCP/SCU role selection", "supported for storage SOP classes"),
        ],
    )
    classes = _table(
        ("SOP class", "UID", "role", "transfer syntaxes"),
        [
            (one.name, one.uid, one.role, "all" if one.compressed else "uncompressed")
            for one in facts.capabilities
        ],
    )
    rejections = [row for row in REJECTIONS if _is_on(row[2], facts)]
    statuses = [row for row in STATUSES if _is_on(row[2], facts)]
    return "\n\n".join(
        (
            "## 2 Application entity",
            basics,
            "### 2.1 SOP classes",
            classes,
            "### 2.2 Transfer syntaxes",
            "Uncompressed, in the order preferred: " + _syntaxes(facts.uncompressed) + ".",
            "Compressed, stored as they come and never decoded: " + _syntaxes(facts.compressed),
            "### 2.3 Association rejections",
            _table(("result/source/reason", "meaning", "said by"), rejections)
            if rejections
            else "None on purpose: whoever asks is let in.",
            "### 2.4 Statuses",
            _table(("service", "status", "meaning"), statuses),
        )
    )


def _is_on(text: str, facts: Facts) -> bool:
    """Whether a row speaks of no control, or of one that is on."""
    named = [name for name in ALL_CONTROLS if name in text]
    return not named or any(name in facts.controls for name in named)


ALL_CONTROLS = (
    "called_ae",
    "calling_ae",
    "node_identity",
    "user_identity",
    "uniform_refusal",
    "refusal_budget",
    "association_limit",
    "no_overwrite",
    "instance_checks",
    "permissions",
    "query_scope",
    "move_destinations",
)
"""Those that have a word of their own on the wire."""


def _interfaces(facts: Facts) -> str:
    return "\n\n".join(
        (
            "## 3 Network interfaces and configuration",
            _table(
                ("parameter", "default"),
                [
                    ("AE title", facts.ae_title),
                    ("Listens at", f"{facts.host}, port {facts.port}"),
                    ("Addresses", "IPv4 and IPv6"),
                ],
            ),
            "All of them are set in a TOML file, in the words of PS3.15 Annex H.",
        )
    )


def _security(facts: Facts) -> str:
    lines = ["## 4 Security"]
    if not facts.controls:
        lines += ["None. That is what this archive is for."]
        return "\n\n".join(lines)
    profiles = list(_profiles(facts))
    lines += [
        "### 4.1 Security profiles",
        _table(("PS3.15", "profile", "control"), profiles) if profiles else "None.",
    ]
    if facts.tls_suites:
        lines += [
            "### 4.2 TLS",
            "TLS 1.2 and 1.3; a certificate is demanded and verified on both sides. "
            "TLS 1.2 suites: " + ", ".join(facts.tls_suites) + ". "
            "An integrity failure ends the connection.",
            "### 4.3 Key management",
            (
                "Keys and certificates are PEM files, made outside; so are revocation lists, "
                "read again on the signal HUP. A list that is out of date refuses everybody."
            ),
        ]
    lines += ["### 4.4 Controls that are on", ", ".join(f"`{name}`" for name in facts.controls)]
    return "\n\n".join(lines)


def _profiles(facts: Facts) -> Iterable[tuple[str, str, str]]:
    if facts.tls_suites:
        name = "BCP 195 RFC 8996, 9325 TLS Secure Transport Connection Profile"
        yield ("B.12", name, "tls")
    if "user_identity" in facts.controls:
        name = "User Identity plus Passcode Association Profile"
        yield ("B.5", name, "user_identity")
    if "audit" in facts.controls:
        yield AUDIT


def _syntaxes(uids: Iterable[str]) -> str:
    return ", ".join(f"{UID(uid).name} ({uid})" for uid in uids)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
