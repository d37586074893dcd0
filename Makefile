# Needs make and Python 3.11 or later with venv; `make test` also installs what the tests run against (apt).

PYTHON ?= python3
# tests that run at the same time: most of them wait for servers, so one more than there are processors
JOBS ?= $(shell expr $$(nproc 2>/dev/null || echo 1) + 1)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo check test sweep static needs format messages clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 ... \2/p' $(MAKEFILE_LIST) | sed 's/ \.\.\. /\t/' | expand -t 16

demo: .venv/.installed ## a school and a Veilig Thuis on this machine, to try it out (no root, no mail account)
	@$(BIN)/hwc-school-agent demo

check: static ## the fast checks: style, types, import rules, quick tests
	$(BIN)/pytest -m "not slow and not browser and not sweep"

# A test on real processes may lose a race on a starved machine; a broken promise is broken three times.
test: needs static ## everything, on real mail servers and a real browser
	HWC_REQUIRE_SERVERS=1 $(BIN)/pytest -m "not sweep" -n $(JOBS) --dist loadfile --no-loadscope-reorder --reruns 2

sweep: needs ## every fault at every single command of a purge, on every server: half an hour
	HWC_REQUIRE_SERVERS=1 $(BIN)/pytest -m sweep

static: .venv/.dev ## style, types and import rules only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

needs: ## install what the tests run against; starts no service
	@PYTHON="$(PYTHON)" tests/tools/install_needs.sh
	@$(MAKE) --no-print-directory .venv/.dev
	@$(BIN)/python -m tests.servers fetch

format: .venv/.dev ## bring the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: .venv/.dev ## bring the translations in line with the texts in the code (docs/language.md)
	$(BIN)/python -m tests.language.catalogue

clean: ## remove the virtual environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed; name it with: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	    { rm -rf .venv; echo "Python's venv is missing (Debian: apt install python3-venv)" >&2; exit 1; }

# pip compiles what it installs, but nothing that is editable: without it, where no bytecode is written (as in many
# containers), each of the agent's short processes would compile it for itself
.venv/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable .
	@$(BIN)/python -m compileall -q hwc_school_agent
	@touch $@

.venv/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[dev]'
	@$(BIN)/python -m compileall -q hwc_school_agent
	@touch .venv/.installed $@
