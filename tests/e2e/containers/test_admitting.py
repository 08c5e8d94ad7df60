"""A device comes and goes while the lab's containers run: pki signs, the archive looks again."""

import os
import signal
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.conversation import SUCCESS
from lab.engines import EngineError
from lab.key_files import write_key
from lab.newcomer import Newcomer
from lab.scenes import visitor

pytestmark = pytest.mark.engine


@pytest.fixture
def device(tmp_path):
    """A key that its owner keeps, and a request for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    request = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    write_key(tmp_path / "key", key)
    newcomer = Newcomer(name="console", ae_title="CONSOLE", request=request.decode())
    return newcomer, tmp_path / "key", tmp_path / "certificate"


def test_a_device_is_admitted_and_revoked_and_its_session_ends(lab, engine, device):
    newcomer, key, certificate = device
    certificate.write_text(engine.admit(lab, newcomer))
    console = visitor(lab, "secure").but(
        calling_ae_title="CONSOLE", certificate=certificate, key=key
    )
    with console.converse() as talk:
        assert talk.echo() == SUCCESS

        engine.revoke(lab, "console")

        assert talk.echo() is None
    with console.converse() as talk:
        assert talk.echo() is None
    with visitor(lab, "secure").converse() as talk:
        assert talk.echo() == SUCCESS
    assert engine.audit_findings(lab) == []


def test_what_cannot_be_is_told_and_withdrawn(lab, engine, device):
    newcomer, _, _ = device
    with pytest.raises(EngineError, match="is taken"):
        engine.admit(lab, newcomer.model_copy(update={"ae_title": "MODALITY"}))
    with pytest.raises(EngineError, match="a name of the lab's own"):
        engine.admit(lab, newcomer.model_copy(update={"name": "modality"}))
    with pytest.raises(EngineError, match="nobody is called nobody"):
        engine.revoke(lab, "nobody")
    with visitor(lab, "secure").converse() as talk:
        assert talk.echo() == SUCCESS


def test_an_archive_that_looked_again_still_comes_back_when_it_dies(
    mended, engine, device, service
):
    """An engine does not start again what was sent a signal by its own `kill`, even HUP."""
    newcomer, _, _ = device
    engine.admit(mended, newcomer)
    engine.revoke(mended, newcomer.name)
    archive = service("pacs-secure")
    archive.reload()
    started = archive.attrs["State"]["StartedAt"]
    os.kill(archive.attrs["State"]["Pid"], signal.SIGKILL)

    pause = threading.Event()
    for _ in range(300):
        archive.reload()
        if archive.attrs["State"]["Running"] and archive.attrs["State"]["StartedAt"] != started:
            break
        pause.wait(0.2)
    assert archive.attrs["State"]["StartedAt"] != started
    assert archive.attrs["State"]["Running"]
