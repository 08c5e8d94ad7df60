"""``python -m tests.fuzz.run TARGET CORPUS... [-runs=N] [-seed=N] ...``: one coverage-guided run."""

import sys

import atheris

with atheris.instrument_imports(include=["pacs_open"]):
    from tests.fuzz.targets import TARGETS


def main():
    chosen = {target.__name__: target for target in TARGETS}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, chosen)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
