import inspect

import pytest

from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_secure.config import AE_TITLE, build, catalogue, load, select
from pacs_secure.controls import CONTROLS
from pacs_secure.controls.called_ae import CalledAE

ALL = [control.name for control in CONTROLS]


@pytest.fixture
def written(tmp_path):
    def write(text=""):
        path = tmp_path / "secure.toml"
        path.write_text('[archive]\ndirectory = "archive"\n' + text, encoding="utf-8")
        return path

    return write


def names(controls):
    return [control.name for control in controls]


def test_every_control_is_on_unless_switched_off(written):
    _, controls = load(written())
    assert names(controls) == ALL

    _, controls = load(written("[controls.no_overwrite]\nenabled = false\n"))
    assert names(controls) == [name for name in ALL if name != "no_overwrite"]


def test_a_table_is_the_settings_of_its_control(written):
    path = written(
        '[controls.called_ae]\ntitles = ["US"]\n[controls.tls]\ncertificate = "pki/a"\n'
        'key = "/run/b"\n'
    )
    config, controls = load(path)
    by_name = {control.name: control for control in controls}

    assert by_name["called_ae"] == CalledAE(titles=("US",))
    assert by_name["tls"].certificate == (path.parent / "pki/a",)
    assert str(by_name["tls"].key[0]) == "/run/b"
    assert config.archive.directory == path.parent / "archive"


def test_it_has_a_name_of_its_own(written):
    assert load(written())[0].network_ae.ae_title == AE_TITLE
    assert load(written('[network_ae]\nae_title = "X"\n'))[0].network_ae.ae_title == "X"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[controls.caled_ae]\n", r"controls\.caled_ae: unknown control; did you mean 'called_ae'"),
        (
            "[controls.zzz]\n",
            r"controls\.zzz: unknown control; there are handshake_deadline, message_limits, tls",
        ),
        ('[controls.called_ae]\ntitels = ["X"]\n', r"called_ae: titels: .*did you mean 'titles'"),
        ("[controls.called_ae]\ntitles = [5]\n", r"controls\.called_ae: titles"),
        ("[controls]\ntls = 5\n", r"controls\.tls: must be a table"),
        ('[controls.tls]\nenabled = "no"\n', r"controls\.tls\.enabled: must be true or false"),
        ("[controls.tls]\nenabled = false\n", r"node_identity: needs tls, which is switched off"),
        ("[control.tls]\n", r"control: unknown key"),
        ("[controls.no_overwrite]\nenabled = false\nx = 1\n", r"no_overwrite: x: unknown key"),
    ],
)
def test_faults_say_where_and_what_to_do(text, said, written):
    with pytest.raises(ConfigurationError, match=said) as error:
        load(written(text))

    assert str(error.value).startswith(str(written(text)))
    assert "\n" not in str(error.value)


def test_controls_must_be_tables(written):
    path = written()
    path.write_text("controls = 3\n" + path.read_text())

    with pytest.raises(ConfigurationError, match=r"\[controls\.NAME\]"):
        load(path)


@pytest.mark.parametrize(
    ("only", "without", "left"),
    [
        ([], [], ALL),
        (["called_ae"], [], ["called_ae"]),
        (["node_identity"], [], ["tls", "node_identity"]),
        (["audit", "called_ae"], [], ["called_ae", "audit"]),
        (
            [],
            ["called_ae"],
            [n for n in ALL if n not in {"called_ae", "refusal_budget", "uniform_refusal"}],
        ),
        (
            [],
            ["tls"],
            [n for n in ALL if n not in {"tls", "node_identity", "user_identity"}],
        ),
        (["node_identity"], ["node_identity"], ["tls"]),  # the base it is judged against
        (["node_identity"], ["tls"], []),
        (["tls"], ["called_ae"], ["tls"]),
        ([], ALL, []),
    ],
)
def test_only_keeps_what_is_needed_and_without_takes_what_depends(only, without, left, written):
    assert names(load(written(), only=only, without=without)[1]) == left


@pytest.mark.parametrize("option", ["only", "without"])
def test_an_unknown_name_on_the_command_line_is_an_error(option, written):
    with pytest.raises(ConfigurationError, match=f"--{option} tsl: .*did you mean 'tls'"):
        load(written(), **{option: ["tsl"]})


def test_only_cannot_switch_on_what_the_file_switches_off(written):
    path = written("[controls.audit]\nenabled = false\n")

    with pytest.raises(ConfigurationError, match="--only audit: is switched off"):
        load(path, only=["audit"])
    assert "audit" not in names(load(path, without=["audit"])[1])


def test_the_order_is_that_of_the_tuple_whatever_the_file_says(tmp_path):
    tables = {name: {} for name in reversed(ALL)}

    assert names(build(tables, source="f", folder=tmp_path)) == ALL
    assert names(select(build(tables, source="f", folder=tmp_path), only=["audit", "tls"])) == [
        "tls",
        "audit",
    ]


def test_every_control_has_a_page_its_clauses_and_safe_defaults():
    for control, page in zip(CONTROLS, catalogue(), strict=True):
        assert control.__module__ == f"pacs_secure.controls.{control.name}"
        assert page.name == control.name
        assert page.title.endswith(".")
        for heading in ("Why it matters:", "What it", "What it cannot do:", "How to set it"):
            assert heading in page.page, (control.name, heading)
        assert page.standard
        assert set(control.needs) <= set(ALL)
        assert len(set(page.stops)) == len(page.stops)
        control()  # settings exist without settings
        assert not any(field.is_required() for field in control.model_fields.values())


def test_a_control_needs_only_what_is_asked_before_it():
    for number, control in enumerate(CONTROLS):
        # The budget must have its say before the titles that it protects are looked at.
        asked = ALL if control.name == "refusal_budget" else ALL[:number]
        assert set(control.needs) <= set(asked)


def test_the_budget_is_asked_before_any_title_is_looked_at():
    assert ALL.index("refusal_budget") < min(ALL.index("called_ae"), ALL.index("calling_ae"))


def test_no_control_has_a_moment_that_the_adapter_does_not_know():
    known = {name for name in dir(Control) if not name.startswith("_")}
    for control in CONTROLS:
        own = {
            name
            for name, value in vars(control).items()
            if not name.startswith("_") and inspect.isfunction(value)
        }
        assert own <= known, control.name
