# `make run` and `make test` need Python >= 3.11 and nothing else; they set up .venv themselves.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FAKES := $(VENV)-fakes
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n auto
export PIP_NO_INPUT := 1
export STORAGE_FAKES ?= $(CURDIR)/$(FAKES)

.DEFAULT_GOAL := help
.PHONY: help run test check lint types layers scan docs wheel test-wheel coverage mutants slow faults bench bench-storage format lock clean fakes

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: $(VENV)/.run ## Set up and do the main job: one prompt through every provider
	@$(BIN)/understudy demo

test: $(VENV)/.test ## Set up and run the test suite (the slow group is in `make check`)
	$(PYTEST) -m "not slow"

check: lint types layers scan docs test test-wheel ## The whole gate

lint: $(VENV)/.dev ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict and pyright, over the package and over a small consumer
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -q tests/public/test_typing.py

layers: $(VENV)/.dev ## import-linter: imports run one way
	$(BIN)/lint-imports

scan: $(VENV)/.dev ## Dependencies locked and named, no secrets, no index hosts
	$(BIN)/python scripts/scan.py

docs: $(VENV)/.dev ## Generated pages are current and the site builds
	$(BIN)/python scripts/generate_docs.py --check
	$(BIN)/zensical build --clean --strict
	$(BIN)/python scripts/check_site.py

wheel: $(VENV)/.dev ## Build the wheel and hold it against the tree
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python scripts/check_wheel.py dist/*.whl

test-wheel: wheel fakes ## The whole suite, slow group included, against the installed wheel, its coverage held
	rm -rf $(VENV)-wheel
	$(PYTHON) -m venv $(VENV)-wheel
	$(VENV)-wheel/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r constraints/test.txt
	$(VENV)-wheel/bin/python -m pip --disable-pip-version-check install -q --no-deps dist/*.whl
	rm -f .coverage .coverage.*
	$(VENV)-wheel/bin/coverage run $(VENV)-wheel/bin/pytest -n auto
	@$(VENV)-wheel/bin/python scripts/check_coverage.py

coverage: test-wheel ## What that run left out of the package, line by line
	$(VENV)-wheel/bin/coverage report

mutants: ## Change the code bit by bit and see which tests notice; MUTANTS="--help" for options
	test -x $(VENV)-mutants/bin/python || $(PYTHON) -m venv $(VENV)-mutants
	$(VENV)-mutants/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r constraints/mutants.txt
	$(VENV)-mutants/bin/python scripts/mutants.py $(MUTANTS)

slow: $(VENV)/.test fakes ## Only the slow group
	$(PYTEST) -m slow

fakes: $(FAKES)/bigquery/.made $(FAKES)/s3/.made $(FAKES)/snowflake/.made ## Environments of the outside fakes that slow storage tests start

faults: $(VENV)/.test ## Drive the five providers through every fault, and write the table of docs/faults.md
	$(BIN)/python scripts/fault_table.py

bench: | $(BIN)/python ## Measure side by side with the peers, in environments of their own; BENCH="--help" for options
	$(BIN)/python benchmarks/run.py $(BENCH)

bench-storage: $(VENV)/.test ## Measure imports, exports and previews beside raw duckdb; BENCH="--help" for options
	$(BIN)/python benchmarks/storage/run.py $(BENCH)
	$(BIN)/python benchmarks/storage/execute.py

format: $(VENV)/.dev ## Format and mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## Make the hash-locked constraints anew
	$(BIN)/python scripts/lock.py

clean: ## Remove what the targets above made
	rm -rf $(VENV) $(VENV)-wheel $(VENV)-mutants $(FAKES) .bench .mutants .coverage .coverage.* dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("understudy needs Python 3.11 or later; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(FAKES)/%/.made: constraints/fakes/%.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r $<
	@touch $@

$(VENV)/.run: constraints/run.txt pyproject.toml | $(BIN)/python
	$(PIP) install -q --require-hashes -r constraints/run.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: constraints/test.txt $(VENV)/.run
	$(PIP) install -q --require-hashes -r constraints/test.txt
	@touch $@

$(VENV)/.dev: constraints/dev.txt $(VENV)/.test
	$(PIP) install -q --require-hashes -r constraints/dev.txt
	@touch $@
