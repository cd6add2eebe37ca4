# `make demo` shows the whole night on the made-up shop; `make test` runs every test; `make docs` writes the site.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := data/demo
STAMP := $(VENV)/.installed

.PHONY: demo test lint docs clean check-tools

demo: $(STAMP)
	@$(BIN)/invopt demo $(DEMO)

test: $(STAMP)
	$(BIN)/python -m pytest -n logical --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: $(STAMP)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "The documentation: site/index.html"

clean:
	rm -rf $(VENV) $(DEMO) site .pytest_cache .mypy_cache .ruff_cache

check-tools:
	@command -v git >/dev/null || { echo "git is missing. Install it: https://git-scm.com/downloads"; exit 2; }
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Install 3.11 or newer: https://www.python.org/downloads"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11. Install a newer one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 2; }

$(STAMP): pyproject.toml constraints.txt | check-tools
	@echo "Making the environment in $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --upgrade pip
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@
