import contextlib
import datetime as dt
import ssl
import warnings
from dataclasses import replace
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from pacs_open.door import Door
from pacs_open.errors import ConfigurationError
from pacs_open.refusals import ConnectionDropped, DimseRefused
from pacs_open.values import Certificate, Destination
from pacs_secure.certificates import load_crls
from pacs_secure.controls import tls
from pacs_secure.controls.tls import Tls

DAY = dt.timedelta(days=1)


@pytest.fixture
def archive(clinic):
    return clinic.issue("archive")


@pytest.fixture
def make_tls(clinic, archive):
    def make(**more):
        return Tls(
            **{"certificate": archive.certificate, "key": archive.key, "trust": clinic.trust} | more
        )

    return make


@pytest.fixture
def make_client(clinic):
    def make(identity=None, *, trust=clinic.trust, version=None, suites=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(trust)
        if suites:
            context.set_ciphers(suites)
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        if version is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # old versions on purpose
                context.minimum_version = context.maximum_version = version
        return context

    return make


def secured(control):
    door = Door()
    control.secure(door)
    return door.ssl_context


def served(outcome):
    return isinstance(outcome, ssl.SSLSocket)


TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_a_certificate_of_the_clinic_is_served(
    *, version, clinic, make_tls, make_client, shake_hands, make_peer, no_books
):
    control = make_tls()

    server, _ = shake_hands(secured(control), make_client(clinic.issue("mod"), version=version))

    assert server.version() == version.name.replace("_", ".")
    control.identify(make_peer(Certificate(server.getpeercert(binary_form=True))), no_books)


@pytest.mark.parametrize("version", [TLS12, TLS13])
@pytest.mark.parametrize(
    "kind",
    ["none", "expired", "not yet valid", "unknown ca", "self made", "revoked", "server only"],
)
def test_nobody_else_comes_through_the_handshake(
    *, kind, version, clinic, another_clinic, make_tls, make_client, shake_hands
):
    identity = {
        "none": lambda: None,
        "expired": lambda: clinic.issue("mod", begin=-9 * DAY, end=-DAY),
        "not yet valid": lambda: clinic.issue("mod", begin=DAY, end=9 * DAY),
        "unknown ca": lambda: another_clinic.issue("mod"),
        "self made": lambda: another_clinic.write(
            "self", another_clinic.certificate, another_clinic.key
        ),
        "revoked": lambda: clinic.issue("mod"),
        "server only": lambda: clinic.issue("mod", usages=(ExtendedKeyUsageOID.SERVER_AUTH,)),
    }[kind]()
    crl = clinic.write_crl(*([identity] if kind == "revoked" else []))
    context = secured(make_tls(crl=crl))
    friend = clinic.issue("friend")

    server, _ = shake_hands(context, make_client(identity, version=version))

    assert isinstance(server, ssl.SSLError)
    assert served(shake_hands(context, make_client(friend, version=version))[0])


def test_a_weak_key_does_not_come_through(clinic, make_tls, make_client, shake_hands, rsa_key):
    weak = clinic.issue("mod", key=rsa_key(1024))
    client = make_client(suites="DEFAULT:@SECLEVEL=0")
    client.load_cert_chain(weak.certificate, weak.key)

    assert not served(shake_hands(secured(make_tls()), client)[0])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_not_spoken(version, clinic, make_tls, make_client, shake_hands):
    client = make_client(clinic.issue("mod"), version=version, suites="DEFAULT:@SECLEVEL=0")

    assert not served(shake_hands(secured(make_tls()), client)[0])


@pytest.mark.parametrize(
    ("suites", "policy", "spoken"),
    [
        ("ECDHE-RSA-AES256-GCM-SHA384", "dicom-b12", True),
        ("ECDHE-RSA-AES128-GCM-SHA256", "dicom-b12", True),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "dicom-b12", True),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "dicom-b12", True),
        ("DHE-RSA-AES128-GCM-SHA256", "dicom-b12", False),
        ("DHE-RSA-AES128-GCM-SHA256", "ihe-stx12", True),
        ("DHE-RSA-AES256-GCM-SHA384", "ihe-stx12", True),
        ("AES128-GCM-SHA256", "ihe-stx12", False),  # static RSA
        ("ECDHE-RSA-AES128-SHA256", "ihe-stx12", False),  # CBC
        ("ECDHE-RSA-CHACHA20-POLY1305", "dicom-b12", False),
    ],
)
def test_tls_1_2_has_the_suites_of_its_policy(
    *, suites, policy, spoken, clinic, archive, make_tls, make_client, shake_hands, rsa_key
):
    with_rsa = clinic.issue("archive-rsa", key=rsa_key())
    control = make_tls(
        certificate=[archive.certificate, with_rsa.certificate],
        key=[archive.key, with_rsa.key],
        policy=policy,
    )
    client = make_client(clinic.issue("mod"), version=TLS12, suites=suites)
    client.check_hostname = False  # either certificate may answer

    assert served(shake_hands(secured(control), client)[0]) is spoken


def test_a_resumed_session_is_asked_again(
    *, clinic, make_tls, make_client, shake_hands, make_peer, no_books
):
    modality = clinic.issue("mod")
    control = make_tls(crl=clinic.write_crl())
    context, client = secured(control), make_client(modality)
    _, first = shake_hands(context, client)
    clinic.write_crl(modality)
    control.secure(Door())  # a reload; this connection still meets the old context

    server, _ = shake_hands(context, client, session=first.session)

    assert server.session_reused  # OpenSSL let it pass
    peer = make_peer(Certificate(server.getpeercert(binary_form=True)))
    with pytest.raises(ConnectionDropped, match="revoked"):
        control.identify(peer, no_books)


def test_a_session_of_before_a_reload_is_not_resumed(clinic, make_tls, make_client, shake_hands):
    client, control = make_client(clinic.issue("mod")), make_tls()
    _, first = shake_hands(secured(control), client)

    server, _ = shake_hands(secured(control), client, session=first.session)

    assert not server.session_reused


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, None),
        ({"usages": ()}, None),  # states nothing: ITI-19 forbids to require it
        ({"usages": (ExtendedKeyUsageOID.CLIENT_AUTH,)}, None),
        ({"usages": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, None),
        ({"usages": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "clientAuth"),
        ({"usages": (ExtendedKeyUsageOID.CODE_SIGNING,)}, "clientAuth"),
        ({"key_usage": False}, "digitalSignature"),
        ({"begin": -9 * DAY, "end": -DAY}, "expired"),
        ({"begin": DAY, "end": 9 * DAY}, "not valid before"),
    ],
)
def test_identify_looks_for_itself(*, how, why, clinic, make_tls, make_peer, no_books):
    control = make_tls(crl=clinic.write_crl())
    control.secure(Door())
    peer = make_peer(clinic.issue("mod", **how).as_certificate)

    if why is None:
        control.identify(peer, no_books)
    else:
        with pytest.raises(ConnectionDropped, match=why):
            control.identify(peer, no_books)


def test_identify_wants_a_list_of_the_issuer(clinic, another_clinic, make_tls, make_peer, no_books):
    control = make_tls(crl=clinic.write_crl())
    control.secure(Door())

    with pytest.raises(ConnectionDropped, match="no revocation list"):
        control.identify(make_peer(another_clinic.issue("mod").as_certificate), no_books)


def test_identify_wants_a_certificate_and_a_secured_door(clinic, make_tls, make_peer, no_books):
    control, certificate = make_tls(), clinic.issue("mod").as_certificate
    with pytest.raises(ConnectionDropped):
        control.identify(make_peer(certificate), no_books)  # before the door was secured
    control.secure(Door())
    with pytest.raises(ConnectionDropped):
        control.identify(make_peer(), no_books)
    control.identify(make_peer(certificate), no_books)


@pytest.mark.parametrize(
    ("later", "fault"), [(DAY / 24, None), (DAY / 2, "out of date"), (DAY * 4000, "expired")]
)
def test_who_was_let_in_once_is_asked_anew_what_the_clock_decides(
    clinic, make_tls, make_peer, no_books, monkeypatch, later, fault
):
    control = make_tls(crl=clinic.write_crl(until=DAY / 4))
    control.secure(Door())
    peer = make_peer(clinic.issue("mod").as_certificate)
    control.identify(peer, no_books)

    moment = dt.datetime.now(dt.UTC) + later
    monkeypatch.setattr(tls, "datetime", SimpleNamespace(now=lambda _: moment))

    with pytest.raises(ConnectionDropped, match=fault) if fault else contextlib.nullcontext():
        control.identify(peer, no_books)


def test_a_list_that_runs_out_refuses_everybody(clinic, make_tls, make_peer, no_books):
    control = make_tls(crl=clinic.write_crl())
    control.secure(Door())
    late = clinic.write_crl(until=-DAY / 24)
    control._loaded = replace(control._loaded, crls=load_crls([late]))  # an hour has passed

    with pytest.raises(ConnectionDropped, match="out of date"):
        control.identify(make_peer(clinic.issue("mod").as_certificate), no_books)


def test_the_archive_calls_with_its_certificate_and_verifies_the_receiver(
    clinic, another_clinic, make_tls, shake_hands, make_operation
):
    control = make_tls()
    listening = secured(control)
    destination = Destination("WORKSTATION", "127.0.0.1", 1, True, "workstation")
    dialling = control.dial(destination, make_operation()).ssl_context

    def receiver(issued):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.certificate, issued.key)
        context.load_verify_locations(clinic.trust)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    good = receiver(clinic.issue("workstation"))
    server, _ = shake_hands(good, dialling, name="workstation")
    assert server.getpeercert()["subject"] == ((("commonName", "archive"),),)
    assert served(shake_hands(good, dialling, name="127.0.0.1")[0])  # an address stands there, too
    for context, name in [
        (good, "modality"),  # somebody else's name
        (receiver(another_clinic.issue("workstation")), "workstation"),
        (receiver(clinic.issue("workstation", end=-dt.timedelta(hours=1))), "workstation"),
    ]:
        _, client = shake_hands(context, dialling, name=name)
        assert isinstance(client, ssl.SSLCertVerificationError)
    assert listening is not dialling


def test_nothing_is_dialled_before_the_door_is_secured(make_tls, make_operation):
    with pytest.raises(DimseRefused) as refused:
        make_tls().dial(Destination("WORKSTATION", "127.0.0.1", 1, True), make_operation())

    assert refused.value.status == 0xA801


def test_without_settings_nothing_starts(make_peer, no_books):
    with pytest.raises(ConfigurationError, match=r"controls\.tls: certificate, key and trust"):
        Tls().secure(Door())
    with pytest.raises(ConnectionDropped):
        Tls().identify(make_peer(Certificate(b"any")), no_books)


def test_the_operators_faults_are_one_line_each(
    clinic, another_clinic, make_tls, archive, tmp_path
):
    other = clinic.issue("other")
    old = clinic.issue("old", begin=-9 * DAY, end=-DAY)
    world = clinic.issue("world")
    world.key.chmod(0o644)
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("nonsense")
    faults = {
        "no such file": {"certificate": tmp_path / "none"},
        "holds no PEM certificate": {"certificate": nonsense},
        "holds no PEM private key": {"key": _secret(nonsense)},
        "does not belong to certificate": {"key": other.key},
        "expired on": {"certificate": old.certificate, "key": old.key},
        "open to every user": {"certificate": world.certificate, "key": world.key},
        "as many keys as certificates": {"key": [archive.key, other.key]},
        "trust .*: cannot be read": {"trust": tmp_path / "none"},
        "crl .*: cannot be read": {"crl": tmp_path / "none"},
        "holds no PEM revocation list": {"crl": clinic.trust},
        "out of date since": {"crl": another_clinic.write_crl(until=-DAY / 24)},
    }
    for said, settings in faults.items():
        door = Door()
        with pytest.raises(ConfigurationError, match=f"(?i){said}") as error:
            make_tls(**settings).secure(door)
        assert str(error.value).startswith("controls.tls: ")
        assert "\n" not in str(error.value)
        assert door.ssl_context is None


def _secret(path):
    path.chmod(0o600)
    return path


def test_a_key_with_a_passphrase_is_an_error_and_asks_nobody(clinic, make_tls, archive, tmp_path):
    key = serialization.load_pem_private_key(archive.key.read_bytes(), None)
    path = tmp_path / "locked"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ConfigurationError, match="passphrase"):
        make_tls(key=_secret(path)).secure(Door())


def test_a_failed_reload_leaves_what_was_loaded(clinic, make_tls, make_peer, no_books):
    crl = clinic.write_crl()
    control = make_tls(crl=crl)
    control.secure(Door())
    crl.write_text("nonsense")
    with contextlib.suppress(ConfigurationError):
        control.secure(Door())

    control.identify(make_peer(clinic.issue("mod").as_certificate), no_books)


def test_an_unknown_policy_is_an_error():
    with pytest.raises(ValueError):
        Tls(policy="dicom-b13")


@pytest.mark.parametrize("version", [TLS12, TLS13])
@pytest.mark.parametrize("with_crl", [True, False])
def test_a_certificate_may_be_trusted_by_itself(
    *, version, with_crl, clinic, make_tls, make_client, shake_hands, make_peer, no_books
):
    device, another = clinic.self_made("device"), clinic.self_made("another")
    lists = {"crl": clinic.write_crl()} if with_crl else {}
    control = make_tls(peers=[device.certificate], **lists)
    context = secured(control)

    server, _ = shake_hands(context, make_client(device, version=version))
    control.identify(make_peer(Certificate(server.getpeercert(binary_form=True))), no_books)

    assert isinstance(shake_hands(context, make_client(another, version=version))[0], ssl.SSLError)
    friend = clinic.issue("friend")
    assert served(shake_hands(context, make_client(friend, version=version))[0])
    control.identify(make_peer(friend.as_certificate), no_books)


def test_beside_direct_trust_revocation_is_still_asked(clinic, make_tls, make_peer, no_books):
    device, revoked = clinic.self_made("device"), clinic.issue("revoked")
    control = make_tls(peers=[device.certificate], crl=clinic.write_crl(revoked))
    control.secure(Door())

    with pytest.raises(ConnectionDropped, match="revoked"):
        control.identify(make_peer(revoked.as_certificate), no_books)


def test_what_is_trusted_by_itself_no_more_may_not_remain(
    clinic, make_tls, make_request, make_peer
):
    device = clinic.self_made("device")
    request = make_request(peer=make_peer(device.as_certificate))
    before, after = make_tls(peers=[device.certificate]), make_tls()
    in_trust = make_tls(trust=device.certificate)
    for control in (before, after, in_trust):
        control.secure(Door())

    before.remain(request)
    in_trust.remain(request)
    with pytest.raises(ConnectionDropped, match="among the peers no more"):
        after.remain(request)


@pytest.mark.parametrize("ca", [True, None])
def test_what_could_sign_others_is_not_trusted_by_itself(ca, clinic, make_tls):
    device = clinic.self_made("device", ca=ca)

    with pytest.raises(ConfigurationError, match=r"may sign others; make it with .*CA:FALSE"):
        make_tls(peers=[device.certificate]).secure(Door())


def test_what_is_too_weak_is_not_trusted_by_itself(clinic, make_tls, rsa_key):
    device = clinic.self_made("device", key=rsa_key(1024))

    with pytest.raises(ConfigurationError, match="1024 bits"):
        make_tls(peers=[device.certificate]).secure(Door())


def test_who_is_revoked_may_not_remain(clinic, make_tls, make_request, make_peer):
    modality, friend = clinic.issue("mod"), clinic.issue("friend")
    crl = clinic.write_crl()
    control = make_tls(crl=crl)
    control.secure(Door())
    requests = [make_request(peer=make_peer(one.as_certificate)) for one in (modality, friend)]
    for request in requests:
        control.remain(request)

    clinic.write_crl(modality)
    control.secure(Door())

    control.remain(requests[1])
    with pytest.raises(ConnectionDropped, match="revoked"):
        control.remain(requests[0])


def test_its_facts_tell_who_is_revoked_and_what_it_shows(clinic, make_tls, archive):
    modality = clinic.issue("mod")
    control = make_tls(crl=clinic.write_crl())
    before = control.facts()
    clinic.write_crl(modality)
    after = control.facts()

    assert before["shown"] == [archive.as_certificate.fingerprint]
    assert before["revoked"] == frozenset()
    assert after["revoked"] == {f"{modality.serial:x}"}


def test_a_session_ticket_outlives_a_reload_for_those_who_are_still_good(
    *, clinic, make_tls, make_client, shake_hands, make_peer, no_books
):
    """A second handshake of a friend is possible with both contexts: the full one, if need be."""
    control, client = make_tls(crl=clinic.write_crl()), make_client(clinic.issue("mod"))
    _, first = shake_hands(secured(control), client)

    server, _ = shake_hands(secured(control), client, session=first.session)

    assert served(server)
    control.identify(make_peer(Certificate(server.getpeercert(binary_form=True))), no_books)


def test_what_openssl_alone_refuses_is_one_line_too(clinic, make_tls, tmp_path):
    """A trust file whose second certificate is damaged: the first can be read."""
    trust = tmp_path / "trust"
    damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    trust.write_text(damaged + clinic.trust.read_text())

    with pytest.raises(ConfigurationError, match="holds no PEM certificate"):
        make_tls(trust=trust).secure(Door())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ConfigurationError, match="OpenSSL refuses the files"):
        make_tls(trust=tmp_path / "none")._fill(context)
