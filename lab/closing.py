"""How a family of weaknesses is closed, in this lab's archive and in three others, by their keys.

A text ends the page of each probe of its family, in the form that :mod:`lab.fixes` reads. Names
of keys and what they are as delivered were looked up: Orthanc's in the configuration that 1.10.1
writes and in the notes of 1.12, DCMTK's in the help of its programs of 3.6.7 and the manual of
3.7.0, dcm4chee's in the documentation of dcm4chee-arc 5's configuration. Orthanc and DCMTK were
tried, too (``tests/e2e/verify``); dcm4chee was not. Products change, so look yours up, and test.
"""

CERTIFICATES = """
How to close it:

- here: `tls` with `trust` (the root that peers chain to) and `crl`; both are read anew while the
  archive runs.
- Orthanc: `DicomTlsEnabled`, `DicomTlsTrustedCertificates` your own CA alone and
  `DicomTlsRemoteCertificateRequired` true (as delivered); false verified who showed one up to
  1.12.3, and verifies nobody since. There is no key for revocation lists: put stunnel4 with
  `CRLfile` before it.
- DCMTK: `storescp +tls key cert +cf ca.pem -rc`, lists by `+crl FILE` (3.6.7 has it; `+cra` asks
  for a list of every authority); `-vc` lets in who shows none, `-ic` looks at nothing.
- dcm4chee: `dcmTLSNeedClientAuth` true (as where it is absent) and a trust store of the device
  (`dcmTrustStoreURL`) with your own CA alone; one with the public web's CAs in it trusts half the
  world. Revocation is a matter of Java's (`com.sun.net.ssl.checkRevocation`), and off as delivered.
"""

TLS = """
How to close it:

- here: `tls` with `policy = "dicom-b12"`: TLS 1.2 and 1.3 with the four suites of RFC 9325, no
  plaintext, no falling back.
- Orthanc: `DicomTlsMinimumProtocolVersion` 4 (TLS 1.2) and with it `DicomTlsCiphersAccepted`, both
  since 1.12.4. As delivered it is 0, which stands for DCMTK's BCP 195 profile, and that one falls
  back: 1.10.1 took TLS 1.0 and static RSA of who offered no better. Before 1.12.4 put stunnel4
  before it (`sslVersionMin = TLSv1.2`). REST and a second instance have settings of their own.
- DCMTK: the profile as delivered, `+py` in 3.6.7 (BCP 195 without downgrading), rather than `+px`,
  which falls back to TLS 1.0, or a list of suites by `+cs`; `getscu`, `movescu` and `dcmqrscp` of
  3.6 have no TLS at all: stunnel4 with `sslVersionMin = TLSv1.2`.
- dcm4chee: `dcmTLSProtocol` TLSv1.2 and TLSv1.3 only, `dicomTLSCipherSuite` without NULL, anon,
  RC4, 3DES and TLS_RSA, whatever a sample lists.
"""

TITLES = """
How to close it:

- here: `called_ae` and `calling_ae` compare titles letter by letter, `node_identity` binds each
  to a certificate, `uniform_refusal` and `refusal_budget` make guessing dear.
- Orthanc: `DicomCheckCalledAet` true, `StrictAetComparison` true (as delivered it ignores case),
  `DicomModalities` with `DicomAlwaysAllowEcho` and `DicomAlwaysAllowStore` false and
  `DicomCheckModalityHost` true. `DicomCheckCallingAet`, which many examples set, is no key of
  Orthanc's, and titles are not bound to certificates.
- DCMTK: `dcmqrscp.cfg` names its own titles and, in `AETable`, the peers of each; `storescp`
  answers to every title.
- dcm4chee: `dcmAcceptedCallingAETitle` (absent: everybody), no `dcmOtherAETitle` too many;
  `dcmValidateCallingAEHostname` binds a title to its AE's host (absent: off), nothing binds it to a
  certificate.
"""

IDENTITY = """
How to close it:

- here: `user_identity` says which peers must name a user and how that is proven; a peer that
  cannot (a modality) is bound by its certificate alone (`node_identity`).
- Orthanc: verifies no user identity on a DICOM association; bind by TLS certificates, and keep
  users to the REST side.
- DCMTK: its libraries negotiate user identity, its programs verify nobody.
- dcm4chee: `dcmUserIdentityNegotiation` REQUIRED: username and password, or a JSON Web Token, are
  verified at its Keycloak, and `dcmUserIdentityNegotiationRole` demands a role. SUPPORTS verifies
  what is given and lets in who gives none; NOT_SUPPORTED looks at nothing.
"""

SCOPE = """
How to close it:

- here: `query_scope` (`patients`, `studies`, `modalities` by calling AE title, and `limit`).
- Orthanc: `LimitFindResults` and `LimitFindInstances` (0, as delivered, is no limit); scope by a
  plugin or by Lua (`IncomingFindRequestFilter`) only.
- DCMTK: a storage area of its own in `dcmqrscp.cfg` for each group of peers; there is no limit.
- dcm4chee: `dcmAccessControlID` of an AE (what it may see) with `dcmStoreAccessControlID` (what
  studies get on arrival), and `dcmQueryMaxNumberOfResults` (0, as delivered, is no limit; who would
  find more is refused).
"""

MOVING = """
How to close it:

- here: `move_destinations` says whom the archive calls, `tls` what it shows and verifies there.
- Orthanc: calls `DicomModalities` only; `UseDicomTls` true in each entry, because incoming TLS
  says nothing about outgoing associations.
- DCMTK: `dcmqrscp` calls its `HostTable` only, and without TLS whatever comes in: stunnel4 on the
  way out, too.
- dcm4chee: calls AEs of its configuration only; each one's `dicomNetworkConnectionReference`
  decides about TLS, so delete the plaintext one.
"""

LIMITS = """
How to close it:

- here: `message_limits`; `handshake_deadline` and `association_limit` beside it.
- Orthanc: `DicomScpTimeout` short, `MaximumPduLength`; `MaximumStorageSize` bounds all images,
  not one. A timeout that begins anew with each byte bounds nothing.
- DCMTK: `storescp -ta -td -pdu`; `MaxAssociations` and `MaxPDUSize` in `dcmqrscp.cfg`.
- dcm4chee: `dcmIdleTimeout` and `dcmAARQTimeout` on the connection, in milliseconds (absent ones
  wait for ever), and `dcmReceivePDULength`; we found no key that bounds a whole message.
"""

BUILT_IN = """
How to close it:

- here: both archives do without it in every configuration, as no archive can honestly do
  otherwise.
- Orthanc: take a version without the fault: CISA's notices (ICSMA) and the release notes name
  them; keep the port behind TLS with client certificates, so that only known devices can try.
- DCMTK: the same; it is a library of many products, so ask their vendors, too.
- dcm4chee: the same.
"""
