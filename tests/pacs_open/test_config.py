import re

import pytest

from pacs_open import config
from pacs_open.errors import ConfigurationError


def load(tmp_path, text):
    path = tmp_path / "pacs.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_a_short_file_is_enough_and_paths_count_from_the_file(tmp_path):
    read = load(tmp_path, '[archive]\ndirectory = "here"\n')

    assert read.archive.directory == tmp_path / "here"
    assert read.archive.durability == "durable"
    assert read.network_ae.ae_title == "PACS-OPEN"
    assert read.network_connection.is_loopback
    assert read.callback_port == 11112


def test_an_absolute_directory_stays_as_it_is(tmp_path):
    read = load(tmp_path, f'[archive]\ndirectory = "{tmp_path / "there"}"\n')

    assert read.archive.directory == tmp_path / "there"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "archive: Field required"),
        (
            '[archive]\ndirectory = "x"\nindx = "y"\n',
            "archive.indx: unknown key; did you mean 'index'?",
        ),
        (
            '[archive]\ndirectory = "x"\n[netwrk_ae]\n',
            "netwrk_ae: unknown key; did you mean 'network_ae'?",
        ),
        ('[archive]\ndirectory = "x"\n[zzz]\n', "zzz: unknown key"),
        ('[archive]\ndirectory = "x"\ndurability = "often"\n', "archive.durability"),
        (
            '[archive]\ndirectory = "x"\n[network_connection]\nport = 70000\n',
            "network_connection.port",
        ),
        (
            '[archive]\ndirectory = "x"\n[network_connection]\nhost = "localhost"\n',
            "network_connection.host",
        ),
        ("[archive\n", "is not TOML"),
        (
            '[archive]\ndirectroy = "x"\n',
            "archive.directroy: unknown key; did you mean 'directory'?",
        ),
        ('[archive]\ndirectory = "x"\n[controls.tls]\n', "controls belong to the hardened archive"),
        ("archive = 7\n", "archive: must be a table"),
        ('peers = "x"\n[archive]\ndirectory = "x"\n', "peers: must be a list"),
        (
            '[archive]\ndirectory = "x"\n[network_connection]\nhost = "localhost"\n',
            "is no IP address",
        ),
        (
            '[archive]\ndirectory = "x"\n[[peers]]\nae_titel = "A"\n',
            "peers.0.ae_titel: unknown key; did you mean 'ae_title'?",
        ),
        (
            '[archive]\ndirectory = "x"\n'
            + '[[peers]]\nae_title = "A"\nhost = "127.0.0.1"\nport = 1\n' * 2,
            "'A' stands twice",
        ),
    ],
)
def test_a_wrong_file_says_where_and_why_in_one_line(tmp_path, text, said):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)

    message = str(caught.value)
    assert said in message
    assert "pacs.toml" in message
    assert "\n" not in message


@pytest.mark.parametrize("title", ["", " PACS", "PACS ", "A" * 17, "PA\\CS", "PA\nCS", "PÄCS"])
def test_an_ae_title_that_the_standard_forbids_is_refused(tmp_path, title):
    text = f'[archive]\ndirectory = "x"\n[network_ae]\nae_title = {title!r}\n'

    with pytest.raises(ConfigurationError, match="must be 1 to 16 characters"):
        load(tmp_path, text)


def test_a_missing_file_and_a_folder_say_so(tmp_path):
    with pytest.raises(ConfigurationError, match="no such file; give the configuration"):
        config.load(tmp_path / "absent.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        config.load(tmp_path)


def test_a_file_in_another_encoding_says_so(tmp_path):
    path = tmp_path / "pacs.toml"
    path.write_bytes('[archive]\ndirectory = "Bücher"\n'.encode("latin-1"))

    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        config.load(path)


def test_an_address_beyond_loopback_is_told_apart(tmp_path):
    read = load(tmp_path, '[archive]\ndirectory = "x"\n[network_connection]\nhost = "0.0.0.0"\n')

    assert not read.network_connection.is_loopback


def test_a_file_may_be_laid_over_another(tmp_path):
    (tmp_path / "under.toml").write_text(
        '[archive]\ndirectory = "here"\nindex = "sqlite://"\n[workers]\ncount = 2\n'
        '[[peers]]\nae_title = "A"\nhost = "a"\nport = 1\n'
    )
    read = load(
        tmp_path,
        'extends = "under.toml"\n[archive]\ndurability = "relaxed"\nindex = "sqlite:///x"\n'
        '[[peers]]\nae_title = "B"\nhost = "b"\nport = 2\n',
    )

    assert read.archive.directory == tmp_path / "here"
    assert (read.archive.index, read.archive.durability) == ("sqlite:///x", "relaxed")
    assert read.workers.count == 2
    assert [peer.ae_title for peer in read.peers] == ["B"]


@pytest.mark.parametrize(
    ("under", "upper", "said"),
    [
        ("", "extends = 7", "extends: must be the name of one other TOML file"),
        ("", 'extends = "nowhere.toml"', "nowhere.toml: no such file"),
        ('extends = "x.toml"', 'extends = "under.toml"', "under.toml extends another file itself"),
        ("[archive\n", 'extends = "under.toml"', "under.toml: is not TOML"),
    ],
)
def test_what_a_file_extends_must_be_one_plain_file(tmp_path, under, upper, said):
    (tmp_path / "under.toml").write_text(under)
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        load(tmp_path, upper)
