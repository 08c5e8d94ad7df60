from datetime import UTC, datetime, timedelta

import pytest

from lab.errors import WrongUseError
from lab.verify.identity import IdentityTable, PeerTable, check, check_certificate, read_identity


def test_a_file_names_peers_with_paths_beside_it(tmp_path, identities):
    own = identities["visitor"]
    for name, path in (("c.pem", own.certificate), ("k.pem", own.key), ("ca.pem", own.trust)):
        (tmp_path / name).write_bytes(path.read_bytes())
    (tmp_path / "who.toml").write_text(
        'called_ae = "PACS"\nca = "ca.pem"\n[[peers]]\nae_title = "VISITOR"\n'
        'certificate = "c.pem"\nkey = "k.pem"\nmay = ["echo", "find"]\nlistens_on = "127.0.0.1:104"\n'
    )

    identity = read_identity(tmp_path / "who.toml")

    (peer,) = identity.peers.values()
    assert (identity.called_ae, identity.ca) == ("PACS", tmp_path / "ca.pem")
    assert peer.may == {"echo", "find"}
    assert peer.rights_known
    assert peer.listens_on == ("127.0.0.1", 104)


def test_rights_that_are_not_told_are_not_known():
    (peer,) = check(IdentityTable(peers=(PeerTable(ae_title="US"),))).peers.values()

    assert peer.may == {"echo"}
    assert not peer.rights_known


@pytest.mark.parametrize("title", ["", "  ", "SEVENTEEN-LETTERS", "ÄRZTE", "A\\B"])
def test_what_is_no_ae_title_is_wrong_use(title):
    with pytest.raises(WrongUseError, match="AE title"):
        check(IdentityTable(called_ae=title))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[peers]]\nae_titel = 'X'\nae_title = 'X'", "ae_titel"),
        ("peers = 1", "peers"),
        ("[", "TOML"),
    ],
)
def test_a_file_that_cannot_be_obeyed_says_where(tmp_path, text, words):
    (tmp_path / "who.toml").write_text(text)

    with pytest.raises(WrongUseError, match=words):
        read_identity(tmp_path / "who.toml")


def test_a_key_of_another_certificate_is_told_before_anything_is_asked(identities):
    with pytest.raises(WrongUseError, match="does not belong to the certificate"):
        check_certificate(identities["visitor"].certificate, identities["modality"].key)


def test_our_own_certificate_has_ended(identities):
    own = identities["visitor"]
    later = datetime.now(UTC) + timedelta(days=9)
    with pytest.raises(WrongUseError, match="your own certificate ended"):
        check_certificate(own.certificate, own.key, later)
    with pytest.raises(WrongUseError, match="begins only"):
        check_certificate(own.certificate, own.key, later - timedelta(days=99))
    check_certificate(own.certificate, own.key)


def test_what_is_no_certificate_and_no_key_is_wrong_use(tmp_path, identities):
    (tmp_path / "rubbish").write_text("rubbish")
    with pytest.raises(WrongUseError, match="no certificate"):
        check(IdentityTable(ca=tmp_path / "rubbish"))
    with pytest.raises(WrongUseError, match="no private key"):
        check_certificate(identities["visitor"].certificate, tmp_path / "rubbish")
    with pytest.raises(WrongUseError, match="without its certificate"):
        check(IdentityTable(peers=(PeerTable(ae_title="A", key=tmp_path / "rubbish"),)))


def test_an_address_to_listen_on_has_a_port():
    with pytest.raises(WrongUseError, match="listens_on"):
        check(IdentityTable(peers=(PeerTable(ae_title="A", listens_on="here"),)))
