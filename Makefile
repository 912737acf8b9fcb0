# Needs Python 3.10 or newer and make; `make PYTHON=python3.12 run` picks another interpreter.
PYTHON ?= python3
VENV ?= .venv
SOURCE ?= demo
BIN := $(VENV)/bin
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
OLD_PYTHON := import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed, for example: make PYTHON=python3.12 run")
NO_BROWSER := The browser tests need Chromium on the PATH: install it with the packages of your system.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run test bench format check-format lint audit types tests browser clean help

run: $(VENV)/.stamp ## the dashboard on demo data; make run SOURCE=… ARGS="--port 8051" shows something else
	@$(BIN)/python app.py $(SOURCE) $(ARGS)

test: browser check-format lint types tests ## everything that CI checks: format, lint, types and all tests

bench: $(VENV)/.stamp-dev ## measured budgets
	@$(BIN)/python -m tests.bench $(ARGS)

format: $(VENV)/.stamp-dev ## put the code into its one format
	@$(BIN)/ruff check --select I,RUF100 --fix-only -q . && $(BIN)/ruff format -q .

check-format: $(VENV)/.stamp-dev
	@$(BIN)/ruff format --check -q . || { echo "Not formatted: run make format."; exit 1; }

lint: $(VENV)/.stamp-dev ## ruff and bandit
	@$(BIN)/ruff check -q .
	@$(BIN)/bandit -q -c pyproject.toml -r app.py components dashboard

audit: $(VENV)/.stamp ## known faults of what is installed; asks the network, so it is no part of make test
	@test -d $(VENV)-audit || { $(PYTHON) -m venv $(VENV)-audit && $(VENV)-audit/bin/pip install -q pip-audit==2.10.1; }
	@$(VENV)-audit/bin/pip-audit --path "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')"

types: $(VENV)/.stamp-dev ## mypy, strict
	@$(BIN)/mypy

tests: $(VENV)/.stamp-dev ## all tests with branch coverage; ARGS goes to pytest
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

browser:
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || { command -v apt-get >/dev/null && $(SUDO) apt-get update && $(SUDO) apt-get install -y chromium; } || { echo "$(NO_BROWSER)"; exit 1; }

clean: ## remove what was made: environment, caches, reports
	@rm -rf $(VENV) $(VENV)-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov test-results bench-results

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

$(VENV)/.stamp: requirements.txt
	@$(PYTHON) -c '$(OLD_PYTHON)' && $(PYTHON) -m venv $(VENV) && $(BIN)/pip install -q --disable-pip-version-check -r $< && touch $@

$(VENV)/.stamp-dev: requirements-dev.txt requirements-s3.txt $(VENV)/.stamp
	@$(BIN)/pip install -q --disable-pip-version-check -r $< && touch $@
