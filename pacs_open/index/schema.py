"""The tables of the index: one for each level, one for the terms that names are found by.

The index is a view of the log: whenever :data:`VERSION` changes, it is made anew.
"""

from collections.abc import Iterator

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from pacs_open.index.attributes import BY_LEVEL, LEVELS
from pacs_open.values import Level

VERSION = "3"

metadata = MetaData()
_TEXT = String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
"""Compared code point by code point, whatever the server's own collation."""
_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite's row number must be INTEGER


def _attributes(level: Level) -> Iterator[Column[str]]:
    for attribute in BY_LEVEL[level]:
        yield Column(attribute.keyword, _TEXT, nullable=False, server_default="")


def _text(name: str) -> Column[str]:
    return Column(name, _TEXT, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _table(name: str, level: Level, *items: SchemaItem) -> Table:
    return Table(name, metadata, Column("id", _ID, primary_key=True), *_attributes(level), *items)


patients = _table(
    "patients",
    Level.PATIENT,
    _text("key"),
    _text("fingerprint"),
    _count("NumberOfPatientRelatedStudies"),
    _count("NumberOfPatientRelatedSeries"),
    _count("NumberOfPatientRelatedInstances"),
    UniqueConstraint("key"),
    Index("patients_by_id", "PatientID"),
    Index("patients_by_birth_date", "PatientBirthDate"),
)
"""``key``: PatientID and issuer; without a PatientID a study stands alone, so that two persons
without one are not merged. ``fingerprint``: of the attributes, so that they are written only
when they change."""

studies = _table(
    "studies",
    Level.STUDY,
    Column("parent", _ID, ForeignKey("patients.id"), nullable=False),
    _text("fingerprint"),
    Column("ModalitiesInStudy", _TEXT, nullable=False, server_default=""),
    Column("SOPClassesInStudy", _TEXT, nullable=False, server_default=""),
    _count("NumberOfStudyRelatedSeries"),
    _count("NumberOfStudyRelatedInstances"),
    UniqueConstraint("StudyInstanceUID", "parent"),
    Index("studies_by_parent", "parent"),
    Index("studies_by_date", "StudyDate"),
    Index("studies_by_accession_number", "AccessionNumber"),
)

series = _table(
    "series",
    Level.SERIES,
    Column("parent", _ID, ForeignKey("studies.id"), nullable=False),
    _text("fingerprint"),
    _count("NumberOfSeriesRelatedInstances"),
    UniqueConstraint("SeriesInstanceUID", "parent"),
    Index("series_by_parent", "parent", "Modality"),
)

instances = _table(
    "instances",
    Level.IMAGE,
    Column("parent", _ID, ForeignKey("series.id"), nullable=False),
    _text("transfer_syntax"),
    _text("digest"),
    Column("size", BigInteger, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    UniqueConstraint("SOPInstanceUID"),
    Index("instances_by_parent", "parent"),
)
"""``id`` is the number of the commit. ``digest``: of the data set, hexadecimal;
``size``: its bytes; ``segment`` and ``offset``: where the record lies."""

terms = Table(
    "terms",
    metadata,
    _text("keyword"),
    Column("owner", _ID, nullable=False),
    Column("component_group", Integer, nullable=False),
    _text("text"),
    Index("terms_by_text", "keyword", "text", "owner", "component_group"),
    Index("terms_by_owner", "owner", "keyword"),
)
"""Values of names (folded) and of attributes with several values, one a row; ``owner`` is the
row of the keyword's level."""

segments = Table(
    "segments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("indexed", BigInteger, nullable=False),
    Column("synced", BigInteger, nullable=False),
)
"""Up to where each segment is in the index, and known to be on the disk."""

state = Table("state", metadata, Column("name", _TEXT, primary_key=True), _text("value"))

TABLES = dict(zip(LEVELS, (patients, studies, series, instances), strict=True))
