# pacslab: `make` alone lists what there is to do.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/demo
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo up test torture fuzz lint format bench lock readme clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# Runtime packages only: what a demo needs. Versions and hashes come from the lock file, which is
# complete (--no-deps): nothing is resolved anew, so that a release of today cannot break it. Our own
# modules are compiled once: many programs start, each of them would do it again where nothing may be
# written later.
$(VENV)/runtime: requirements.lock pyproject.toml
	@echo "Making the environment in $(VENV) (once; needs a package index or a local wheel folder) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "pacslab needs Python 3.11, 3.12 or 3.13, this is " + sys.version.split()[0] + "; call: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m compileall -q lab pacs_open pacs_secure sample_images
	@touch $@

$(VENV)/development: requirements-dev.lock $(VENV)/runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/runtime ## see 16 invented patients leak, and the leak closed (about a minute)
	@$(BIN)/pacslab demo --out $(OUT)

up: $(VENV)/runtime ## the same lab for as long as you want; stop it with .venv/bin/pacslab down
	@$(BIN)/pacslab up

test: $(VENV)/development ## run the whole test suite
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal

torture: $(VENV)/development ## kill both archives 200 times in the middle of stores, and look what is left
	@PACSLAB_TORTURE_ROUNDS=200 $(BIN)/python -m pytest -q -rP tests/torture

fuzz: $(VENV)/development ## look for bytes that break the codec and the scanners, ten minutes for each
	@PACSLAB_FUZZ_SECONDS=600 $(BIN)/python -m pytest -q -rP tests/fuzz

lint: $(VENV)/development ## style, types and the directions of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/development ## put the code into its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/runtime ## measure the archives on this machine
	@$(BIN)/python -m tests.bench

readme: $(VENV)/runtime ## write the generated tables of the README anew
	@$(BIN)/python -m lab.catalogue README.md

lock: $(VENV)/development ## resolve the dependencies anew: versions and hashes, no addresses
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group build --group dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header compose/requirements-sbom.in -o compose/requirements-sbom.lock

clean: ## remove the environment and what the lab wrote
	rm -rf $(VENV) out build *.egg-info
