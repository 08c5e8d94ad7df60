import contextlib
import json
import logging
import re
import socket

import pytest

from pacs_open.server import Server
from pacs_secure import audit_chain, cli, config


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


@pytest.fixture
def house(clinic, tmp_path):
    """Write the configuration of an archive that admits these titles, each with its certificate."""
    own = clinic.issue("archive")

    def write(titles, port):
        rights = "{ " + ", ".join(f'{title} = ["echo"]' for title in titles) + " }"
        lists = "{ " + ", ".join(f'{t} = ["{own.as_certificate.fingerprint}"]' for t in titles)
        path = tmp_path / "secure.toml"
        path.write_text(
            f"""
[archive]
directory = "archive"
[network_connection]
port = {port}
[workers]
count = 1
[controls]
called_ae = {{ titles = ["PACS-SECURE"] }}
calling_ae = {{ titles = {json.dumps(titles)} }}
node_identity = {{ fingerprints = {lists} }} }}
permissions = {{ rights = {rights} }}
presentation_contexts = {{ services = {rights} }}
user_identity = {{ exempt = {json.dumps(titles)} }}
audit = {{ enabled = false }}
[controls.tls]
certificate = "{own.certificate.as_posix()}"
key = "{own.key.as_posix()}"
trust = "{clinic.trust.as_posix()}"
""",
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def served():
    """Start the archive of a configuration in this process."""
    with contextlib.ExitStack() as running:

        def start(house, titles):
            listening = socket.create_server(("127.0.0.1", 0))
            path = house(titles, listening.getsockname()[1])
            running.enter_context(Server(*config.load(path), listening=listening))
            return path

        yield start


def test_health_is_asked_with_its_own_certificate_and_title(house, served, capsys):
    path = served(house, ["PACS-SECURE"])

    code, output = said(capsys, "health", "--config", path)

    assert (code, output.out) == (0, "PACS-SECURE answers C-ECHO\n")


def test_who_does_not_admit_its_own_title_is_not_healthy(house, served, capsys):
    path = served(house, ["MODALITY"])

    code, output = said(capsys, "health", "--config", path)

    assert code == 1
    assert output.out == ("PACS-SECURE does not answer C-ECHO: association rejected (1, 1, 1)\n")


def test_another_archive_on_its_port_is_not_healthy(house, served, another_clinic, capsys):
    """What answers must show a certificate that the configuration trusts."""
    path = served(house, ["PACS-SECURE"])
    path.write_text(
        re.sub('trust = ".*"', f'trust = "{another_clinic.trust.as_posix()}"', path.read_text())
    )

    code, output = said(capsys, "health", "--config", path)

    assert code == 1
    assert "CERTIFICATE_VERIFY_FAILED" in output.out


def test_without_tls_health_asks_in_plaintext(house, served, capsys):
    path = served(house, ["PACS-SECURE"])

    code, output = said(capsys, "health", "--config", path, "--without", "tls")

    assert code == 1
    assert output.out.startswith("PACS-SECURE does not answer C-ECHO: ")


def test_its_audit_trail_can_be_checked(house, served, capsys):
    path = served(house, ["PACS-SECURE"])

    assert said(capsys, "audit", "--config", path)[0] == cli.cli.WRONG_USE

    (path.parent / "audit").mkdir()
    (path.parent / "audit-key").mkdir()
    audit_chain.make_key(path.parent / "audit-key" / "key")
    files = 'file = "audit/trail", key = "audit-key/key", anchor = "audit-key/anchor"'
    path.write_text(path.read_text().replace("enabled = false", files))
    with Server(*config.load(path), listening=socket.create_server(("127.0.0.1", 0))):
        pass

    assert said(capsys, "audit", "--config", path)[0] == 0
    trail = path.parent / "audit" / "trail"
    trail.write_bytes(trail.read_bytes().splitlines(keepends=True)[0])
    code, output = said(capsys, "audit", "--config", path)
    assert code == 1
    assert "tail cut off" in output.out
