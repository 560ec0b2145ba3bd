# The menu of tasks. `make help` lists it; CI uses the same words.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
DEMO_PORT ?= 8080
PYTEST_ARGS ?= -n auto

.DEFAULT_GOAL := help
.PHONY: help install demo test check e2e services bench corpora differential soak clean

help:  ## Show this menu
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Pharos needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.developer: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,check]'
	touch $@

install: $(VENV)/.installed  ## Make the virtual environment and install Pharos in it

demo: $(VENV)/.installed  ## Harvest a local federation of demo providers and serve the catalogue
	$(BIN)/python deploy/demo/demo.py --port $(DEMO_PORT)

test: $(VENV)/.developer  ## Run every test; what needs a missing server is skipped visibly
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.developer  ## Format, lint, types, imports, architecture: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/python -m pytest -q -n auto tests/architecture

e2e: $(VENV)/.developer  ## Run the browser tests alone
	$(BIN)/python -m pytest -m e2e $(PYTEST_ARGS)

services: $(VENV)/.developer  ## Install the servers that tests use (Debian: needs root)
	sh deploy/test-services/install.sh

bench: $(VENV)/.developer  ## Measure, and write the figures to docs/performance.md
	$(BIN)/python -m benchmarks

differential: $(VENV)/.developer  ## Hold both validation engines against each other at length (half an hour)
	PHAROS_TEST_LONG=1 $(BIN)/python -m pytest -o timeout=7200 tests/conformance/test_differential_profiles.py $(PYTEST_ARGS)

soak: $(VENV)/.developer  ## Kill workers 200 times while a source changes (SQLite, then PostgreSQL; half an hour each)
	PHAROS_TEST_SOAK_KILLS=200 PHAROS_TEST_SOAK_RECORDS=2000 $(BIN)/python -m pytest -s tests/soak

corpora: $(VENV)/.developer  ## Harvest the corpora beside the project and write docs/corpora.md
	$(BIN)/python -m tests.integration.corpora

clean:  ## Remove caches and the virtual environment
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
