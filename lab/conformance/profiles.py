"""Security profiles that a conformance statement names, as claims to be held against."""

import re
from collections.abc import Sequence

from lab.claims.reading import Claim

PROFILES: Sequence[tuple[str, str]] = (
    ("B.1", r"Basic TLS Secure Transport"),
    ("B.2", r"ISCL Secure Transport"),
    ("B.3", r"AES TLS Secure Transport"),
    ("B.5", r"User Identity plus Passcode"),
    ("B.4", r"Basic User Identity"),
    ("B.6", r"Kerberos Identity Negotiation"),
    ("B.7", r"Generic SAML Assertion"),
    ("B.13", r"Modified BCP ?195"),
    ("B.10", r"Non-?Downgrading BCP ?195"),
    ("B.11", r"Extended BCP ?195"),
    ("B.12", r"BCP ?195,? RFC ?8996"),
    ("B.9", r"BCP ?195 TLS Secure Transport"),
    ("A.5", r"Audit Trail Message Format"),
    ("A.6", r"Audit Trail Message Transmission Profile *-? *SYSLOG-TLS"),
)
"""Clause and the words by which it is known; the longer words stand before those they contain."""
DENIED = re.compile(r"\bnot\b|\bno\b|\bnone\b|n/a|unsupported", re.IGNORECASE)
SHOWN = 160


def profiles_in(text: str, source: str) -> tuple[Claim, ...]:
    """One claim for each profile that is named in a line that does not deny it."""
    found: dict[str, Claim] = {}
    for line in text.splitlines():
        if DENIED.search(line):
            continue
        rest = line
        for clause, name in PROFILES:
            rest, count = re.subn(name, " ", rest, flags=re.IGNORECASE)
            if count and clause not in found:
                said = " ".join(line.split())[:SHOWN]
                found[clause] = Claim(clause=clause, source=source, says=said)
    return tuple(found.values())
