"""Who gets a certificate, who keeps one, and who is refused one."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lab import bad_certificates
from lab.bad_certificates import BY_ID
from lab.certificates import fingerprint
from lab.issuing import issue
from lab.issuing.plan import ArchiveTable, BadTable, BriefTable, IdentityTable, Issuing
from lab.pki import Authority, self_made

HOURS = timedelta(hours=8)
NAMES = ("archive", "modality", "workstation")
WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - on purpose


@pytest.fixture
def plan(tmp_path):
    good = [
        IdentityTable(name=name, ae_title=name.upper(), directory=tmp_path / name, listens=listens)
        for name, listens in zip(NAMES, (True, False, True), strict=True)
    ]
    return Issuing(
        authority=tmp_path / "authority",
        archive=ArchiveTable(
            peers=tmp_path / "archive" / "peers",
            crl=tmp_path / "archive" / "crl.pem",
            audit_key=tmp_path / "archive" / "audit" / "key",
            users=tmp_path / "archive" / "users",
            admitted=tmp_path / "archive" / "admitted",
        ),
        identities=tuple(good),
        bad_certificates=BadTable(name="modality", directory=tmp_path / "bad"),
    )


def certificate(plan, name):
    return x509.load_pem_x509_certificate(issue.certificate_of(plan, name))


def fingerprints(plan):
    return {name: fingerprint(certificate(plan, name)) for name in NAMES}


def revoked_serials(plan):
    lists = plan.archive.crl.read_bytes().split(b"-----END X509 CRL-----\n")
    return {
        one.serial_number
        for text in lists[:2]
        for one in x509.load_pem_x509_crl(text + b"-----END X509 CRL-----\n")
    }


def test_everybody_gets_what_is_theirs_and_the_archive_what_is_public(plan):
    assert issue.create(plan, HOURS) == ["authority", *NAMES]

    assert {path.name for path in plan.archive.peers.iterdir()} == {f"{n}.pem" for n in NAMES}
    for name in NAMES:
        folder = plan.identities[NAMES.index(name)].directory
        assert (folder / "key.pem").is_file()
        shown = (plan.archive.peers / f"{name}.pem").read_bytes()
        assert shown == (folder / "certificate.pem").read_bytes()
        assert b"PRIVATE" not in shown
    assert len(plan.archive.audit_key.read_text().strip()) == 64


@pytest.fixture
def with_brief(plan, tmp_path):
    issue.create(plan, HOURS)
    table = BriefTable(name="modality", directory=tmp_path / "brief")
    return plan.model_copy(update={"brief": table})


def brief_of(plan, question):
    folder = plan.brief.directory / question
    key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    leaf = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
    assert leaf.public_key() == key.public_key()
    return leaf


def test_a_brief_certificate_is_good_ends_soon_and_replaces_the_one_before(with_brief):
    own = issue.certificate_of(with_brief, "modality")
    for seconds in (5, 60):
        ends = issue.brief(with_brief, "one", timedelta(seconds=seconds))
        leaf = brief_of(with_brief, "one")
        assert leaf.not_valid_after_utc == ends.replace(microsecond=0)
        assert leaf.not_valid_before_utc < datetime.now(UTC)
        assert Authority.load(with_brief.authority).has_issued(leaf)
    assert issue.certificate_of(with_brief, "modality") == own


@pytest.mark.parametrize("question", ["", "..", "a/b", "A"])
def test_what_is_no_name_of_a_question_is_no_folder(with_brief, question):
    with pytest.raises(issue.IssuingError, match="small letters"):
        issue.brief(with_brief, question, HOURS)


def test_a_plan_without_a_brief_table_makes_none(plan):
    issue.create(plan, HOURS)
    with pytest.raises(issue.IssuingError, match="names no device"):
        issue.brief(plan, "one", HOURS)


def test_what_is_not_yet_valid_is_made_anew(plan):
    """A clock that was wrong when it was issued."""
    ahead = datetime.now(UTC) + timedelta(days=1)
    issue.create(plan, HOURS, ahead)
    before = fingerprints(plan)

    assert issue.create(plan, HOURS) == ["authority", *NAMES]
    assert not set(before.values()) & set(fingerprints(plan).values())

    validity = (ahead, ahead + HOURS)
    authority = Authority.load(plan.authority)
    authority.issue("archive", plan.identities[0].directory, ae_title="ARCHIVE", validity=validity)
    assert issue.create(plan, HOURS) == ["archive"]


def test_what_is_good_is_kept_and_so_is_the_audit_key(plan):
    issue.create(plan, HOURS)
    before, key = fingerprints(plan), plan.archive.audit_key.read_text()

    assert issue.create(plan, HOURS) == []
    assert fingerprints(plan) == before
    assert plan.archive.audit_key.read_text() == key


def test_what_would_end_too_early_is_made_anew_and_all_below_it(plan):
    issue.create(plan, HOURS)
    before = fingerprints(plan)

    assert issue.create(plan, HOURS, datetime.now(UTC) + timedelta(hours=2)) == [
        "authority",
        *NAMES,
    ]
    assert not set(fingerprints(plan).values()) & set(before.values())


@pytest.mark.parametrize("spoil", ["absent", "garbled", "another's key", "another's certificate"])
def test_one_that_is_spoilt_is_made_anew_alone(plan, spoil, tmp_path):
    issue.create(plan, HOURS)
    folder, before = plan.identities[1].directory, fingerprints(plan)
    other = self_made("other", tmp_path / "other")
    match spoil:
        case "absent":
            (folder / "key.pem").unlink()
        case "garbled":
            (folder / "certificate.pem").write_text("no certificate")
        case "another's key":
            (folder / "key.pem").write_bytes(other.key.read_bytes())
        case _:
            (folder / "certificate.pem").write_bytes(other.certificate.read_bytes())

    assert issue.create(plan, HOURS) == ["modality"]
    after = fingerprints(plan)
    assert [name for name in NAMES if after[name] != before[name]] == ["modality"]
    shown = (plan.archive.peers / "modality.pem").read_bytes()
    assert fingerprint(x509.load_pem_x509_certificate(shown)) == after["modality"]


def test_a_device_that_has_another_name_now_is_made_anew(plan):
    issue.create(plan, HOURS)
    first, *others = plan.identities
    renamed = plan.model_copy(
        update={"identities": (first.model_copy(update={"names": ("pacs",)}), *others)}
    )
    assert issue.create(renamed, HOURS) == ["archive"]


def test_bad_ones_are_bad_in_their_own_way_for_the_whole_time_to_live(plan):
    lifetime = timedelta(hours=72)
    issue.create(plan, lifetime)
    now, authority = datetime.now(UTC), Authority.load(plan.authority)

    assert set(bad_certificates.load(plan.bad_certificates.directory)) == set(BY_ID)
    expired, not_yet, revoked, unknown = (
        x509.load_pem_x509_certificate(
            (plan.bad_certificates.directory / case / "certificate.pem").read_bytes()
        )
        for case in ("expired", "not_yet_valid", "revoked", "unknown_ca")
    )
    assert expired.not_valid_after_utc < now
    assert not_yet.not_valid_before_utc > now + lifetime
    assert revoked_serials(plan) == {revoked.serial_number}
    assert [authority.has_issued(one) for one in (expired, not_yet, revoked, unknown)] == [
        True,
        True,
        True,
        False,
    ]


def request(key):
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive")])
    )
    named = builder.add_extension(
        x509.SubjectAlternativeName([x509.DNSName("archive.pacslab.internal")]), critical=False
    )
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return named.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["EC", "RSA"],
)
def test_a_key_that_its_owner_keeps_is_certified_under_the_name_that_we_give(plan, key):
    issue.create(plan, HOURS)
    chain = x509.load_pem_x509_certificates(issue.sign(plan, "ultrasound", request(key)))

    assert Authority.load(plan.authority).has_issued(chain[0])
    assert len(chain) == 2
    assert chain[0].public_key() == key.public_key()
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["ultrasound.pacslab.internal"]


def test_a_name_of_the_labs_own_is_given_to_nobody_else(plan):
    issue.create(plan, HOURS)
    with pytest.raises(issue.IssuingError, match="name of the lab's own"):
        issue.sign(plan, "archive", request(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("name", ["*", "a.archive", "UPPER", ""])
def test_a_name_that_is_none_is_refused(plan, name):
    issue.create(plan, HOURS)
    with pytest.raises(issue.IssuingError, match="host name"):
        issue.sign(plan, name, request(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (request(WEAK), "2048 bits"),
        (request(ed25519.Ed25519PrivateKey.generate()), "2048 bits"),
        (b"no request", "PEM|CSR|request"),
    ],
    ids=["weak", "odd", "none"],
)
def test_a_request_that_no_archive_would_take_is_refused(plan, text, why):
    issue.create(plan, HOURS)
    with pytest.raises(issue.IssuingError, match=why):
        issue.sign(plan, "ultrasound", text)


def test_a_request_for_somebody_elses_key_is_refused(plan):
    issue.create(plan, HOURS)
    parsed = x509.load_pem_x509_csr(request(ec.generate_private_key(ec.SECP256R1())))
    der = bytearray(parsed.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1  # the proof of possession
    spoilt = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(issue.IssuingError, match="not signed with the key"):
        issue.sign(plan, "ultrasound", spoilt)


def test_one_that_is_revoked_is_on_the_archives_list_and_stays_there(plan):
    issue.create(plan, HOURS)
    issue.revoke(plan, issue.certificate_of(plan, "modality"))
    serial = certificate(plan, "modality").serial_number
    assert serial in revoked_serials(plan)
    issue.renew_crl(plan)
    assert serial in revoked_serials(plan)


def test_only_what_this_authority_issued_can_be_revoked(plan, tmp_path):
    issue.create(plan, HOURS)
    other = self_made("other", tmp_path / "other").certificate.read_bytes()
    for text, why in [(other, "not issued"), (b"none", "no certificate")]:
        with pytest.raises(issue.IssuingError, match=why):
            issue.revoke(plan, text)


def test_without_an_authority_it_says_what_to_do(plan):
    with pytest.raises(issue.IssuingError, match="run `create` first"):
        issue.renew_crl(plan)


def toml(plan, path):
    lines = [f'authority = "{plan.authority}"', "[archive]"]
    lines += [f'{name} = "{value}"' for name, value in plan.archive]
    for table in plan.identities[:2]:
        lines += ["[[identities]]", f'name = "{table.name}"', f'ae_title = "{table.ae_title}"']
        lines += [f'directory = "{table.directory}"']
    path.write_text("\n".join(lines))
    return path


def run(*arguments, told=b""):
    return subprocess.run(
        [sys.executable, "-m", "lab.issuing", *map(str, arguments)],
        input=told,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_program_creates_signs_and_revokes(plan, tmp_path):
    config = toml(plan, tmp_path / "pki.toml")
    created = run("--config", config, "create", "--hours", "8")
    assert (created.returncode, created.stderr) == (0, b"")
    assert created.stdout.startswith(b"made anew: authority, archive, modality; valid until")
    again = run("--config", config, "create")
    assert again.stdout.startswith(b"everything is good as it is")

    asked = request(ec.generate_private_key(ec.SECP256R1()))
    chain = run("--config", config, "sign", "--name", "ultrasound", told=asked).stdout
    serial = x509.load_pem_x509_certificate(chain).serial_number
    assert run("--config", config, "revoke", told=chain).returncode == 0
    assert run("--config", config, "crl").returncode == 0
    assert serial in revoked_serials(plan)

    nobody = run("--config", config, "revoke", "nobody")
    assert nobody.returncode == 2
    assert nobody.stderr == b"pki: nobody is called nobody; there are archive, modality\n"
