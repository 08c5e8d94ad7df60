"""A fixed budget of coverage-guided fuzzing in each run of the suite; ``make fuzz`` takes longer.

``corpus/TARGET/`` keeps the inputs that once broke something, small; each is tried on its own,
too, where no fuzzer can be had.
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("PACSLAB_FUZZ_SECONDS", "8"))
"""For each target."""
NAMES = [target.__name__ for target in TARGETS]


def kept(name):
    folder = HERE / "corpus" / name
    return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_seeds_and_what_once_broke_something(target):
    good = seeds(target.__name__)
    assert good
    for data in [*good.values(), *(path.read_bytes() for path in kept(target.__name__))]:
        target(data)


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed; it has wheels for Linux on x86-64 alone",
)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_fuzzer_finds_breaks_it(name, tmp_path):
    corpus, found = tmp_path / "corpus", tmp_path / "found"
    corpus.mkdir()
    found.mkdir()
    for file, data in seeds(name).items():
        (corpus / file).write_bytes(data)
    for path in kept(name):
        (corpus / path.name).write_bytes(path.read_bytes())
    done = subprocess.run(
        [
            sys.executable,
            *("-m", "tests.fuzz.run", name, str(corpus)),
            *(f"-max_total_time={SECONDS}", "-max_len=2048", "-timeout=20", "-rss_limit_mb=2048"),
            f"-artifact_prefix={found}/",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS + 120,
        cwd=HERE.parents[1],
    )
    said = done.stdout + done.stderr
    broke = [path.read_bytes().hex() for path in found.iterdir()]
    assert done.returncode == 0, f"{said[-3000:]}\nbroken by: {broke}"
    runs = re.search(r"Done (\d+) runs", said)
    assert runs, said[-2000:]
    print(f"{name}: {runs.group(1)} inputs, 0 crashes")  # noqa: T201 - the README's figures
