from lab.matrix.columns import Columns
from tests.lab.matrix.pages import PAGES, Page

NAMES = tuple(page.name for page in PAGES)


def test_the_columns_are_open_each_alone_the_bases_the_whole_and_the_whole_less_each():
    names = [column.name for column in Columns(PAGES)]

    assert names == [
        "open",
        *(f"only {name}" for name in NAMES),
        "only called_ae+calling_ae",
        "secure",
        *(f"without {name}" for name in NAMES),
    ]


def test_alone_is_with_what_it_needs_and_its_base_is_without_itself():
    columns = Columns(PAGES)

    assert columns.alone("oracle").controls == ("called_ae", "calling_ae", "oracle")
    assert columns.base("oracle").name == "only called_ae+calling_ae"
    assert columns.base("identity").name == "only tls"
    assert columns.base("audit").is_open


def test_taken_away_goes_what_needs_it_too():
    columns = Columns(PAGES)

    assert columns.without("tls").controls == ("called_ae", "calling_ae", "oracle", "audit")
    assert columns.without("audit").controls == NAMES[:-1]
    assert columns.minus("tls", "calling_ae").controls == ("called_ae", "audit")
    assert columns.minus("tls", "calling_ae").without == ("tls", "calling_ae")


def test_chosen_controls_have_their_columns_and_the_whole_stays_whole():
    columns = Columns(PAGES, ["identity"])

    assert [column.name for column in columns] == [
        "open",
        "only identity",
        "only tls",
        "secure",
        "without identity",
    ]
    assert columns.secure.controls == NAMES
    assert columns.base("identity").only == ("tls",)


def test_the_two_titles_are_asked_together_even_where_nothing_stands_on_them():
    names = [column.name for column in Columns([Page("called_ae"), Page("calling_ae")])]

    assert "only called_ae+calling_ae" in names


def test_a_base_that_is_another_controls_column_is_not_asked_twice():
    pages = [Page("a"), Page("b", ("a",)), Page("c", ("b",))]
    columns = Columns(pages)

    assert len(list(columns)) == 8
    assert columns.base("c").name == "only b"
