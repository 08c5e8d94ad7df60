"""Files and their answer key; a folder in the way and Ctrl-C are one line."""

from sample_images.manifest import Manifest


def test_images_are_written_with_their_answer_key(pacslab, tmp_path):
    result = pacslab("images", tmp_path / "images", "--patients", 1, "--size", "small")
    assert result.exit_code == 0
    manifest = Manifest.load(tmp_path / "images" / "manifest.json")
    count = len(list(manifest.instances()))
    assert f"{count} images of 1 patients" in " ".join(result.stdout.split())


def test_a_directory_that_cannot_be_written_is_one_line(pacslab, tmp_path):
    (tmp_path / "images").write_text("a file in the way")
    result = pacslab("images", tmp_path / "images", "--patients", 1, "--size", "small")
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_ctrl_c_is_one_line(pacslab, monkeypatch):
    def interrupted(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.commands.images.write", interrupted)
    result = pacslab("images", "nowhere", "--patients", 1)
    assert result.exit_code == 2
    assert result.stderr.strip() == "pacslab: stopped"
