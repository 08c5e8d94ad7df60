"""How a family of weaknesses is closed, in this lab's archive and in three others, by their keys.

A text ends the page of each probe of its family, in the form that :mod:`lab.fixes` reads. Names
of keys were looked up in the products' own files (Orthanc 1.12, DCMTK 3.6, dcm4chee-arc 5);
products change, so look yours up, and test.
"""

CERTIFICATES = """
How to close it:

- here: `tls` with `trust` (the root that peers chain to) and `crl`; both are read anew while the
  archive runs.
- Orthanc: `DicomTlsEnabled`, `DicomTlsTrustedCertificates` your own CA alone and
  `DicomTlsRemoteCertificateRequired` true; test it after an upgrade, because what the last means
  has changed between versions. There is no key for revocation lists: put stunnel4 with `CRLfile`
  before it.
- DCMTK: `storescp +tls key cert +cf ca.pem -rc`, lists by `+crl FILE +crv` where your version has
  them; `-vc` lets in who shows none, `-ic` looks at nothing.
- dcm4chee: `dcmTLSNeedClientAuth` true and a trust store of the device with your own CA alone;
  one with the public web's CAs in it trusts half the world. Revocation is a matter of Java's
  (`com.sun.net.ssl.checkRevocation`), and off as delivered.
"""

TLS = """
How to close it:

- here: `tls` with `policy = "dicom-b12"`: TLS 1.2 and 1.3 with the four suites of RFC 9325, no
  plaintext, no falling back.
- Orthanc: `DicomTlsMinimumProtocolVersion` (0 takes DCMTK's BCP 195 profile) and
  `DicomTlsCiphersAccepted`; the REST interface and a second plaintext instance on the same
  database have settings of their own.
- DCMTK: a profile (`+py`: BCP 195 without downgrading) rather than a list of suites by `+cs`;
  `getscu`, `movescu` and `dcmqrscp` of 3.6 have no TLS at all: stunnel4 with `sslVersionMin =
  TLSv1.2`.
- dcm4chee: `dcmTLSProtocol` TLSv1.2 and later only, `dicomTLSCipherSuite` without NULL, anon,
  RC4, 3DES and TLS_RSA; old samples list `SSL_RSA_WITH_NULL_SHA` and TLS_RSA suites first.
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
- dcm4chee: `dcmAcceptedCallingAETitle` (absent: everybody), no `dcmOtherAETitle` too many; titles
  are not bound to certificates.
"""

IDENTITY = """
How to close it:

- here: `user_identity` says which peers must name a user and how that is proven; a peer that
  cannot (a modality) is bound by its certificate alone (`node_identity`).
- Orthanc: verifies no user identity on a DICOM association; bind by TLS certificates, and keep
  users to the REST side.
- DCMTK: its libraries negotiate user identity, its programs verify nobody.
- dcm4chee: user identity is negotiated and passed on; access is decided by AE title, so limit
  that (`dcmAcceptedCallingAETitle`). "Supports user identity" may only mean that it is accepted.
"""

SCOPE = """
How to close it:

- here: `query_scope` (`patients`, `studies`, `modalities` by calling AE title, and `limit`).
- Orthanc: `LimitFindResults` and `LimitFindInstances` (0, as delivered, is no limit); scope by a
  plugin or by Lua (`IncomingFindRequestFilter`) only.
- DCMTK: a storage area of its own in `dcmqrscp.cfg` for each group of peers; there is no limit.
- dcm4chee: `dcmAccessControlID` of studies beside the AE's own, and `dcmQueryMaxNumberOfResults`.
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
- dcm4chee: `dcmIdleTimeout`, `dcmReceivePDULength` and `dcmAARQTimeout` on the connection; absent
  ones are no limits.
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
