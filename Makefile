# Everything that a contributor runs. Each target makes the virtual environment it needs, once for each state of pyproject.toml.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
TOOLS := examples/npm-cli/node_modules/.package-lock.json
TEST_TOOLS := tests/tools/node_modules/.package-lock.json
WORKERS ?= auto

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/demo.stamp $(TOOLS) ## build small real packages that leak, and the same ones fixed, and inspect them all
	$(BIN)/python examples/run.py

.PHONY: test
# NOTE: by module or class, so that what a fixture builds with real tools is built once.
test: $(VENV)/dev.stamp $(TOOLS) $(TEST_TOOLS) ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -q

.PHONY: check
check: lint types layers test gate ## all that must hold before a change lands

.PHONY: lint
lint: $(VENV)/dev.stamp ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/dev.stamp ## mypy --strict
	$(BIN)/mypy

.PHONY: layers
layers: $(VENV)/dev.stamp ## imports point downward
	$(BIN)/lint-imports

.PHONY: gate
gate: $(VENV)/dev.stamp ## build the sdist and the wheel, and let leakguard judge them
	rm -rf build/gate && mkdir -p build/gate
	$(BIN)/python -m build --no-isolation --outdir build/gate >build/gate.log 2>&1 || { cat build/gate.log; exit 1; }
	$(BIN)/python -m leakguard inspect --policy .ci/gate.yaml --fail-on warn build/gate

.PHONY: coverage
coverage: $(VENV)/dev.stamp $(TOOLS) $(TEST_TOOLS) ## run the tests and list the lines that none of them reaches
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -q --cov --cov-report=term-missing

EXECUTIONS ?= 1000000

.PHONY: fuzz
fuzz: $(VENV)/dev.stamp ## mutate every container, map and policy EXECUTIONS times (ENGINE=atheris where that is installed)
	$(BIN)/python -m tests.fuzz --executions $(EXECUTIONS) --engine $(or $(ENGINE),own) $(HARNESS)

.PHONY: bench
bench: $(VENV)/bench.stamp ## measure speed and memory against peers (downloads a corpus, once)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/run.py

.PHONY: generate
generate: $(VENV)/dev.stamp ## write anew what is generated: the index of rules, the pages of docs/
	$(BIN)/python -m leakguard.rules
	$(BIN)/python docs/generate.py

.PHONY: fix
fix: $(VENV)/dev.stamp ## let ruff repair what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf $(VENV) build dist examples/npm-cli/node_modules tests/tools/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# NOTE: `demo` is a part of `dev`, so that a contributor's second target has little left to install.
$(VENV)/%.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group $*
	@touch $@

# NOTE: without their install scripts: the bundlers' executables arrive as packages of their own, and nobody's script runs.
$(TOOLS): %/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# NOTE: not `npm ci`, which wants an entry for every platform's optional package; the versions are those of the lock file all the same.
$(TEST_TOOLS): %/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
