"""The glossary explains every word of the field that a newcomer meets on the page."""

from lab.report.glossary import GLOSSARY


def test_the_words_a_newcomer_meets_are_explained():
    terms = ", ".join(term for term, _ in GLOSSARY)
    for word in ("AE title", "C-ECHO", "C-STORE", "C-FIND", "C-GET", "C-MOVE", "TLS", "Probe"):
        assert word in terms


def test_nothing_is_explained_twice_or_with_nothing():
    terms = [term for term, _ in GLOSSARY]
    assert len(set(terms)) == len(terms)
    assert all(meaning for _, meaning in GLOSSARY)
