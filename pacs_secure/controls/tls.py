"""Nobody is heard without TLS, and nobody without a certificate of the clinic.

Why it matters: plain DICOM shows patients' names and images to everybody on the way, and it
has no means to tell a modality from a stranger. All identity in DICOM rests on what lies below
it.

What it demands: TLS 1.2 or 1.3 as in PS3.15 B.12 (RFC 9325), with a verified certificate on
both sides as IHE ITI-19 has it. The peer's certificate chains to ``trust``, is valid now, has
an RSA key of 2048 bits or an EC key of 256 at least, states no usage that excludes a TLS
client, and is not on a revocation list of ``crl``. All of this is asked again at each
connection, because a resumed session skips OpenSSL's own look. Where the archive itself calls
(C-MOVE), it shows its certificate and verifies the receiver's, its name included. There is no
plaintext port and no falling back.

A certificate that stands in ``peers`` itself needs no authority above it (IHE ITI-19's direct
comparison): the device's own, self-signed one, as long as it is no authority that could sign
others. It is revoked by taking it out.

With ``crl`` set, a list must be there for the issuer of each other peer's certificate, and a
list that is out of date refuses everybody: silence about revocations is no proof. The signal HUP
makes the archive load certificates, keys and lists anew, for new handshakes. Open associations
stay, except of peers whose certificate does not hold any more: those are aborted at once.

What it cannot do: say which device may use which AE title (``node_identity``), or notice that
a key was stolen until its certificate is revoked. It checks revocation of the peers' own
certificates, not of intermediate authorities: take such a one out of ``trust``. While a chain
is longer than one step, ``trust`` should hold the root; an intermediate or a single peer's
certificate in it is trusted by itself.

How to set it (without these nothing starts)::

    [controls.tls]
    certificate = "pki/archive.pem"     # leaf first, then intermediates; or a list
    key = "pki/archive-key.pem"         # mode 0600; or a list in the same order
    trust = "pki/trust.pem"
    crl = "pki/crl.pem"                 # optional; or a list
    peers = ["pki/console.pem"]         # optional: certificates trusted by themselves
    policy = "dicom-b12"                # or "ihe-stx12", which adds two DHE-RSA suites

All four TLS 1.2 suites need an RSA and an EC certificate side by side: give two of each.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from pydantic import PrivateAttr

from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import Ledger
from pacs_open.refusals import ConnectionDropped, move_destination_unknown
from pacs_open.values import AssociationRequest, Certificate, Destination, Operation, Peer
from pacs_secure import certificates, tls_policies
from pacs_secure.settings import OperatorPath, OperatorPaths


@dataclass(frozen=True, eq=False)
class _Loaded:
    """What the files held when the door was last secured; a load equals nothing but itself."""

    dialling: ssl.SSLContext
    crls: tuple[x509.CertificateRevocationList, ...]
    direct: frozenset[str]
    """Fingerprints of ``peers``."""
    trusted: frozenset[str]
    """Fingerprints of what stands in ``trust``."""


@lru_cache(maxsize=1024)
def _judged(loaded: _Loaded, certificate: Certificate) -> tuple[x509.Certificate, str]:
    """A certificate taken apart, and the fault that it has for as long as these files hold.

    Remembered, because a device comes again and again with the same one. What the clock decides
    is not in here.
    """
    leaf = x509.load_der_x509_certificate(certificate.der)
    fault = certificates.strength_fault(leaf) or certificates.usage_fault(leaf)
    if not fault and certificate.fingerprint not in loaded.direct:
        fault = certificates.revocation_fault(leaf, loaded.crls)
        if leaf.issuer == leaf.subject and certificate.fingerprint not in loaded.trusted:
            fault = "is among the peers no more"
    return leaf, fault


class Tls(Control):
    """TLS with a verified certificate on both sides."""

    name: ClassVar[str] = "tls"
    standard: ClassVar[tuple[str, ...]] = ("PS3.15 B.12", "IHE ITI-19", "RFC 9325", "RFC 8996")
    stops: ClassVar[tuple[str, ...]] = (
        "list_patients",
        "retrieve_images",
        "move_to_stranger",
        "store_by_stranger",
        "read_names_off_the_wire",
        "plaintext_on_tls_port",
        "ssl_3_0",
        "tls_1_0",
        "tls_1_1",
        "null_cipher",
        "anonymous_suite",
        "static_rsa",
        "weak_cipher",
        "no_client_certificate",
        "unknown_ca_certificate",
        "self_signed_certificate",
        "corrupted_certificate",
        "wrong_key_certificate",
        "expired_certificate",
        "not_yet_valid_certificate",
        "revoked_certificate",
        "without_crl_certificate",
        "wrong_key_usage_certificate",
        "weak_rsa_certificate",
        "sha1_certificate",
        "missing_intermediate_certificate",
        "intermediate_without_ca_certificate",
        "common_calling_titles",
        "move_in_plaintext",
        "move_to_impostor",
        "resumed_after_expiry",
        "resumed_after_revocation",
        "standing_after_revocation",
    )

    certificate: OperatorPaths = ()
    """PEM files, each our certificate followed by its intermediates."""
    key: OperatorPaths = ()
    """PEM files with the private keys, unencrypted, in the same order."""
    trust: OperatorPath | None = None
    """PEM file with the certificates that peers must chain to."""
    crl: OperatorPaths = ()
    """PEM files with revocation lists; none: revocation is not checked."""
    peers: OperatorPaths = ()
    """PEM files with certificates of peers that are trusted by themselves."""
    policy: Literal["dicom-b12", "ihe-stx12"] = "dicom-b12"

    # Not a setting and not counted: what `secure` read last, so that `identify` need not.
    _loaded: _Loaded | None = PrivateAttr(default=None)

    def secure(self, door: Door) -> None:
        """Load certificates, keys and lists; the door gets a new context for new handshakes."""
        try:
            crls = self._check_files()
            direct = frozenset(certificates.trusted_by_itself(path) for path in self.peers)
            trusted = certificates.fingerprints_in(self.trust)
            policy = tls_policies.POLICIES[self.policy]
            listening = self._fill(tls_policies.listening(policy))
            dialling = self._fill(tls_policies.dialling(policy))
        except ConfigurationError as error:
            raise ConfigurationError(f"controls.tls: {error}") from error
        self._loaded = _Loaded(dialling, crls, direct, trusted)
        _judged.cache_clear()
        door.ssl_context = listening

    def facts(self) -> Mapping[str, Any]:
        """The settings, and what the lists revoke."""
        revoked = certificates.revoked_serials(certificates.load_crls(self.crl))
        own = [certificates.load_certificates(one, "certificate")[0] for one in self.certificate]
        shown = [one.fingerprint(hashes.SHA256()).hex() for one in own]
        return {**self.model_dump(), "revoked": revoked, "shown": shown}

    def _check_files(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Find the operator's faults before OpenSSL does, whose words help nobody."""
        if not self.certificate or self.trust is None:
            raise ConfigurationError("certificate, key and trust must be set")
        if len(self.certificate) != len(self.key):
            raise ConfigurationError("needs as many keys as certificates, in the same order")
        for certificate, key in zip(self.certificate, self.key, strict=True):
            certificates.check_own(certificate, key)
        certificates.load_certificates(self.trust, "trust")
        crls = certificates.load_crls(self.crl)
        late = certificates.expired_crl(crls, datetime.now(UTC))
        if late is not None:
            raise ConfigurationError(
                f"crl of {late.issuer.rfc4514_string()}: out of date since "
                f"{late.next_update_utc:%Y-%m-%d %H:%M:%S} UTC, which would refuse everybody; "
                "fetch the new one"
            )
        return crls

    def _fill(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Give a context our certificates, and what it verifies the other end's with."""
        try:
            for certificate, key in zip(self.certificate, self.key, strict=True):
                context.load_cert_chain(certificate, key)
            for trusted in (self.trust, *self.peers, *self.crl):
                context.load_verify_locations(trusted)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"OpenSSL refuses the files: {error}") from error
        if self.crl and not self.peers:
            # OpenSSL wants a list of every issuer, and who signed itself has none. Then the look
            # in `identify`, right after the handshake, is the only one.
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context

    def identify(self, peer: Peer, ledger: Ledger) -> None:
        """Look at the certificate again: a resumed session skipped OpenSSL's look."""
        self._look_at(peer)

    def remain(self, request: AssociationRequest) -> None:
        """Send away whose certificate does not hold any more."""
        self._look_at(request.peer)

    def _look_at(self, peer: Peer) -> None:
        if self._loaded is None or peer.certificate is None:
            raise ConnectionDropped("no certificate was verified")
        (leaf, lasting), now = _judged(self._loaded, peer.certificate), datetime.now(UTC)
        fingerprint = peer.certificate.fingerprint
        fault = certificates.dates_fault(leaf, now) or lasting
        if not fault and fingerprint not in self._loaded.direct:
            late = certificates.expired_crl(self._loaded.crls, now)
            fault = "a revocation list is out of date" if late is not None else ""
        if fault:
            raise ConnectionDropped(f"certificate {fingerprint}: {fault}")

    def dial(self, destination: Destination, operation: Operation) -> Destination:
        """Call with TLS; A801H while there is nothing to call with."""
        if self._loaded is None:
            raise move_destination_unknown("no TLS to call with")
        return replace(destination, ssl_context=self._loaded.dialling)
