import re

import pytest

from lab import told


class Lamp(told.Table):
    name: str
    watts: int = 40


def write(tmp_path, text):
    (path := tmp_path / "lamp.toml").write_bytes(text)
    return path


def test_what_is_told_is_obeyed(tmp_path):
    lamp = told.read(write(tmp_path, b'name = "desk"\nwatts = 60\n'), Lamp)
    assert lamp == Lamp(name="desk", watts=60)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'name = "desk"\nwats = 60\n', "wats: Extra inputs are not permitted"),
        (b"watts = 60\n", "name: Field required"),
        (b'name = "desk"\nwatts = "many"\n', "watts: Input should be a valid integer"),
        (b"name = desk\n", "is not TOML"),
        (b'name = "\xff"\n', "is not TOML"),
    ],
)
def test_what_is_not_understood_is_one_line_with_file_and_key(tmp_path, text, why):
    path = write(tmp_path, text)
    with pytest.raises(told.ToldError, match=re.escape(f"{path}: {why}")) as raised:
        told.read(path, Lamp)
    assert "\n" not in str(raised.value)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(told.ToldError, match=r"absent\.toml: cannot be read"):
        told.read(tmp_path / "absent.toml", Lamp)
