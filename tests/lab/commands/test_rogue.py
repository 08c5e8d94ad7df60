"""The rogue archive on the command line: before our own SCU, and for a device of the user's."""

import contextlib
import socket
import ssl
from datetime import timedelta

import pytest
from rich.console import Console

from lab.bad_certificates import Bench, write_all
from lab.commands import rogue
from lab.pki import Authority
from lab.rogue.caller import REQUEST
from lab.rogue.faces import GOOD, Face
from lab.rogue.listener import Outcome, Visit


def test_our_own_scu_takes_the_good_one_only(pacslab):
    done = pacslab("rogue")

    assert done.exit_code == 0, done.output
    assert "refused 21 bad ones" in done.stdout
    assert "wrong_key_usage" in done.stdout


@pytest.mark.parametrize(("cells", "code"), [((True, True), 1), ((False, False), 3)])
def test_a_caller_that_is_fooled_or_takes_nobody_is_no_success(pacslab, monkeypatch, cells, code):
    good, bad = cells
    rows = (Face(GOOD, "", None), Face("expired", "", None))
    found = rogue.table.Table(
        rows, ("all checks",), {GOOD: {"all checks": good}, "expired": {"all checks": bad}}
    )
    monkeypatch.setattr(rogue.table, "run", lambda *_args, **_more: found)

    assert pacslab("rogue").exit_code == code


def test_an_address_that_others_reach_needs_a_word_on_whose_authority(pacslab):
    done = pacslab("rogue", "--listen", "0.0.0.0")

    assert done.exit_code == 2
    assert "--i-am-authorised" in done.stderr


def test_a_device_that_does_not_call_has_proven_nothing(pacslab, tmp_path):
    out = tmp_path / "out"
    done = pacslab(
        "rogue", "--listen", "127.0.0.1", "--port", "0", "--out", str(out), "--minutes", "0"
    )

    assert done.exit_code == 3
    assert "did not call" in done.stdout
    assert (out / "ca.pem").exists()
    again = pacslab("rogue", "--listen", "127.0.0.1", "--port", "0", "--out", str(out))
    assert again.exit_code == 2
    assert "earlier run" in again.stderr


def test_certificates_of_the_users_own_are_shown(pacslab, tmp_path):
    authority = Authority.create(tmp_path / "a", lifetime=timedelta(hours=1))
    write_all(Bench(authority, "x"), tmp_path / "bad")
    options = ("--listen", "127.0.0.1", "--port", "0", "--minutes", "0")
    done = pacslab("rogue", *options, "--bad-certificates", str(tmp_path / "bad"))
    assert "expired: an archive with a certificate that ended a day ago" in done.stdout

    (tmp_path / "bad" / "nonsense").mkdir()
    done = pacslab("rogue", *options, "--bad-certificates", str(tmp_path / "bad"))
    assert done.exit_code == 2
    assert "no bad certificate has this name" in done.stderr


def test_a_device_that_accepts_anything_is_told_so(tmp_path, monkeypatch):
    """It calls while the command listens: the wait is where the call is made."""
    ports = []
    shown = rogue._faces(tmp_path / "out", "127.0.0.1", (), None)[:3]
    real = rogue.Listener

    class Watched(real):
        def __enter__(self):
            ports.append(self.address)
            return super().__enter__()

    def call_all(_seconds):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for address in ports:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(address, 5) as sock,
                context.wrap_socket(sock) as tls,
            ):
                tls.sendall(REQUEST)
                tls.recv(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(rogue, "Listener", Watched)
    monkeypatch.setattr(rogue, "wait", call_all)
    console = Console(width=200, record=True)
    with pytest.raises(rogue.typer.Exit) as ended:
        rogue._theirs(console, shown, "127.0.0.1", 0, 1.0)
    assert ended.value.exit_code == 1
    assert "as MODALITY accepted" in console.export_text()


def test_a_device_that_takes_the_good_one_only_is_a_success():
    shown = [Face(GOOD, "", None), Face("expired", "", None)]
    visits = [
        Visit(GOOD, "127.0.0.1", Outcome.ACCEPTED, ""),
        Visit("expired", "127.0.0.1", Outcome.REFUSED, "TLS alert"),
    ]
    rogue._sum_up(Console(), shown, visits)
