import logging

import pytest

from pacs_secure import cli


@pytest.fixture(autouse=True)
def log_as_it_was():
    """The command line sets up the log of its process, which is ours here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "secure.toml"
        path.write_text(
            f'[archive]\ndirectory = "{(tmp_path / "archive").as_posix()}"\n'
            "[network_connection]\nport = 0\n" + text,
            encoding="utf-8",
        )
        return path

    return write


def said(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    return code, capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", [], "controls.audit: file, key and anchor must be set"),
        ("", ["--only", "tls"], "controls.tls: certificate, key and trust must be set"),
        ("", ["--only", "tsl"], "did you mean 'tls'"),
        ("", ["--without", "tsl"], "did you mean 'tls'"),
        ("[controls.tsl]\n", [], "did you mean 'tls'"),
    ],
)
def test_a_fault_at_the_start_is_one_line_and_exit_code_2(text, options, words, written, capsys):
    code, output = said(capsys, "--config", written(text), *options)

    assert code == 2
    assert words in output.err
    assert output.err.startswith("pacs-secure: ")
    assert output.err.count("\n") == 1
    assert output.out == ""


def test_without_tls_it_stays_on_this_machine(tmp_path, capsys):
    path = tmp_path / "far.toml"
    path.write_text(
        '[archive]\ndirectory = "a"\n[network_connection]\nhost = "0.0.0.0"\nport = 0\n'
    )

    code, output = said(capsys, "--config", path, "--only", "called_ae")

    assert code == 2
    assert "leak_beyond_this_machine" in output.err


def test_its_archive_can_be_checked(written, capsys):
    code, output = said(capsys, "check", "--config", written(""))

    assert code == 0
    assert "0 problems" in output.out
