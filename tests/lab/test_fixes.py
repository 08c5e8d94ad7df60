"""Each probe says how to close its leak in four products."""

from lab.fixes import PRODUCTS, fixes

PAGE = """A title.

What it does: - here: this is no remedy.

How to close it:

- here: `tls`,
  always.
- Orthanc: `DicomTlsEnabled`
- DCMTK: `+tls`
- dcm4chee: a cipher suite
"""


def test_remedies_are_read_in_order_and_on_one_line():
    assert list(fixes(PAGE)) == list(PRODUCTS)
    assert fixes(PAGE)["here"] == "`tls`, always."


def test_a_page_without_the_list_has_none():
    assert fixes("What it does: nothing.\n\n- here: no") == {}
