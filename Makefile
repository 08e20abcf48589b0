# `make help` is the index. `make demo` and `make test` do all the set-up they need.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
SYNCED := $(VENV)/.synced
ASSETS := src/corridor/web/static/vendor/.built
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all chromium stock-tools test-postgres lint types contracts format bench docs vectors forecast clean bench-long

help: ## show this index
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SYNCED) $(ASSETS) ## environment in .venv, locked dependencies, static assets

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Corridor needs Python 3.11 or later: install python3 (Debian: apt-get install python3 python3-venv)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Corridor needs Python 3.11 or later; $(PYTHON) is older. Name another with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(SYNCED): pyproject.toml uv.lock | $(BIN)/uv
	$(BIN)/uv sync --locked --inexact --quiet
	@command -v npm >/dev/null || $(BIN)/uv sync --locked --inexact --quiet --group nodejs
	@touch $@

$(ASSETS): package-lock.json src/corridor/web/assets.py $(wildcard src/corridor/web/locale/*/LC_MESSAGES/*.po) | $(SYNCED)
	$(BIN)/python -m corridor.web.assets
	@touch $@

demo: setup ## two States, one case: play the story, then keep both desks open (ARGS=--exit ends after it)
	$(BIN)/corridor demo $(ARGS)

test: setup chromium stock-tools lint ## lint, types, import contracts, every test on SQLite and PostgreSQL, the browser test
	.ci/tests

test-all: setup chromium stock-tools lint ## the same, with the long suites
	.ci/tests --all

chromium: ## the browser the browser test drives: installs Debian's where that is possible
	@command -v chromium >/dev/null || .ci/install-package chromium

stock-tools: ## the tools of others that open a package in the tests: installs Debian's where that is possible
	@for tool in age jq openssl; do command -v $$tool >/dev/null || .ci/install-package $$tool || exit 1; done

lint: types contracts ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(SYNCED)
	$(BIN)/mypy

contracts: $(SYNCED)
	$(BIN)/lint-imports --no-cache

format: $(SYNCED) ## put the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## benchmarks that fit in minutes, as ratios measured in one run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

bench-long: setup ## sizes that take long: 16 GiB, a sparse 1 TiB, a million files; about an hour, 40 GB of disk
	$(BIN)/python benchmarks/seal.py --long
	$(BIN)/python benchmarks/log.py --long

vectors: $(SYNCED) ## write vectors/ again from the scripts beside them
	@for file in vectors/make_*.py; do $(BIN)/python $$file || exit 1; done

# Kept apart from $(VENV): it needs an older pandas than the development tools.
forecast: $(BIN)/uv ## fit the forecast of entry into force again, with its back-test, figure and tables
	UV_PROJECT_ENVIRONMENT=.venv-forecast $(BIN)/uv run --locked --no-default-groups --group forecast python docs/forecast/fit.py

docs: $(SYNCED) ## the documentation as HTML in docs/_build/html
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean: ## remove what the targets above made (the demo's folder included)
	rm -rf $(VENV) .venv-forecast node_modules docs/_build src/corridor/web/static/vendor demo build dist
