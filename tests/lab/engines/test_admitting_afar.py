"""What is asked of `pki`, and what comes back; the rest is proven in containers."""

import pytest

from lab.engines import EngineError, admitting_afar
from lab.newcomer import Newcomer

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
ORTHANC = Newcomer(name="orthanc", ae_title="ORTHANC", request="csr")


@pytest.fixture
def asked(monkeypatch):
    """Commands given to pki; it answers with noise around two certificates."""
    commands = []

    class Compose:
        def run(self, *arguments, heard):
            commands.append(arguments[5:])
            for line in ("Container pki Creating", *PEM.splitlines(), *PEM.splitlines()):
                heard(line)

    monkeypatch.setattr(admitting_afar.raising, "compose_of", lambda lab: Compose())
    return commands


def test_the_certificate_is_told_from_the_noise(asked, monkeypatch):
    monkeypatch.setattr(admitting_afar, "_reload", lambda daemon, lab: None)

    assert admitting_afar.admit(None, None, ORTHANC) == PEM * 2
    (command,) = asked
    assert command[0] == "admit"
    assert Newcomer.model_validate_json(command[1]) == ORTHANC


def test_what_the_archive_does_not_obey_is_withdrawn(asked, monkeypatch):
    def fails(daemon, lab):
        raise EngineError("not reloaded")

    monkeypatch.setattr(admitting_afar, "_reload", fails)
    with pytest.raises(EngineError):
        admitting_afar.admit(None, None, ORTHANC)
    assert asked[1:] == [("withdraw", "orthanc")]


def test_a_device_is_dismissed_before_the_archive_looks_again(asked, monkeypatch):
    monkeypatch.setattr(admitting_afar, "_reload", lambda daemon, lab: asked.append("reload"))

    admitting_afar.revoke(None, None, "orthanc")

    assert asked == [("dismiss", "orthanc"), "reload"]
