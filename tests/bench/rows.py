"""The rows of the tables: which servers are measured, and what each promises."""

from tests.bench.servers import (
    TUNED,
    Server,
    dcmqrscp,
    hardened,
    open_archive,
    orthanc,
    pynetdicom,
    storescp,
)

SYNCED = "synced to disk"
NOTHING = "nothing"
"""It is with the operating system: gone if the power fails now."""


OPEN_DURABLE = Server(
    "pacs-open, durable", SYNCED, None, lambda folder: open_archive(folder, "durable")
)
SECURE_DURABLE = Server(
    "pacs-secure, every control, durable, TLS",
    SYNCED,
    None,
    lambda folder: hardened(folder, "durable"),
)
ORTHANC_DELIVERED = Server(
    "Orthanc as delivered", SYNCED, "Orthanc", lambda folder: orthanc(folder, {})
)
OPEN = Server("pacs-open, relaxed", NOTHING, None, lambda folder: open_archive(folder, "relaxed"))
ORTHANC = Server("Orthanc tuned", NOTHING, "Orthanc", lambda folder: orthanc(folder, TUNED))
STORESCP = Server("DCMTK storescp", NOTHING, "storescp", storescp)
DCMQRSCP = Server("DCMTK dcmqrscp", NOTHING, "dcmqrscp", dcmqrscp)
QRSCP = Server("pynetdicom qrscp", NOTHING, None, lambda folder: pynetdicom(folder, "qrscp"))
PYNETDICOM_STORESCP = Server(
    "pynetdicom storescp", NOTHING, None, lambda folder: pynetdicom(folder, "storescp")
)
TLS_ALONE = Server(
    "pacs-secure --only tls, relaxed, TLS",
    NOTHING,
    None,
    lambda folder: hardened(folder, "relaxed", "--only", "tls"),
)
SECURE = Server(
    "pacs-secure, every control, relaxed, TLS",
    NOTHING,
    None,
    lambda folder: hardened(folder, "relaxed"),
)
ORTHANC_TLS = Server(
    "Orthanc tuned, TLS", NOTHING, "Orthanc", lambda folder: orthanc(folder, TUNED, tls=True)
)
STORESCP_TLS = Server(
    "DCMTK storescp, TLS", NOTHING, "storescp", lambda folder: storescp(folder, tls=True)
)

SERVERS = (
    OPEN_DURABLE,
    SECURE_DURABLE,
    ORTHANC_DELIVERED,
    OPEN,
    ORTHANC,
    STORESCP,
    DCMQRSCP,
    QRSCP,
    PYNETDICOM_STORESCP,
    SECURE,
    TLS_ALONE,
    ORTHANC_TLS,
    STORESCP_TLS,
)
