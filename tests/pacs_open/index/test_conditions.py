import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from pacs_open.index import matching
from pacs_open.index.conditions import meets
from pacs_open.index.index import Index


@pytest.fixture
def database(tmp_path, index_url):
    index = Index(tmp_path, index_url)
    yield index
    index.close()


text = st.text(alphabet="abAB%_[]^?*\x1bä\U0001f600", max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text, text)
def test_the_database_matches_as_the_conditions_say(database, key, value):
    alternatives = matching.parse("LO", key) or (matching.Wild((matching.Wildcard.ANY,)),)
    key = key.strip()
    pattern = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in key)
    expected = not key or re.fullmatch(pattern, value, re.DOTALL) is not None

    with database.reading() as connection:
        found = connection.execute(select(meets(literal(value), alternatives))).scalar()
    assert bool(found) == expected
