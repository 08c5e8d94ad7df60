import pytest

from lab.errors import WrongUseError
from lab.verify.titles import titles_in

TEXT = "The default AE title of the archive is MAIN-PACS; calling AE Title: WS_01. SCP, DICOM."
HTML = "<html><style>AE title STYLE</style><td>AE Title</td><td>&#77;AIN-PACS</td></html>"


def pdf_of(text):
    """The smallest PDF that says this."""
    stream = f"BT /F1 12 Tf 20 20 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 100] /Contents 4 0 R /Resources 5 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        made
        + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (
            table,
            len(made),
        )
    )


def test_titles_stand_near_the_words(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)

    assert titles_in(tmp_path / "a.txt") == ("MAIN-PACS", "WS_01")


def test_html_is_read_without_its_tags(tmp_path):
    (tmp_path / "a.html").write_text(HTML)

    assert titles_in(tmp_path / "a.html") == ("MAIN-PACS",)


def test_a_pdf_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf_of(TEXT))

    assert titles_in(tmp_path / "a.pdf") == ("MAIN-PACS", "WS_01")


def test_a_broken_pdf_is_wrong_use(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 and no more")

    with pytest.raises(WrongUseError, match="PDF"):
        titles_in(tmp_path / "a.pdf")


def test_a_text_without_titles_has_none(tmp_path):
    (tmp_path / "a.txt").write_text("Nothing. NOT-A-TITLE")

    assert titles_in(tmp_path / "a.txt") == ()
