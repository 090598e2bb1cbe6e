# Two commands do everything: `make demo` and `make test`. Each makes .venv first and is quick when nothing changed.
# TORCH_INDEX: an index with CPU builds of torch, where the usual one would bring several GB of CUDA packages:
#   make setup TORCH_INDEX=<the CPU index named on PyTorch's "get started" page>

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
STAMP := $(VENV)/.ascolto-installed

.PHONY: setup demo test check format walk pictures bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Ascolto needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) \
		-c constraints.txt torch
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: setup
	$(BIN)/ascolto demo

test: setup
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_documentation.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A bad morning of forty cases through a fake Slack and the week after, then a week with a storm, printed.
walk: setup
	$(BIN)/python -m tests.walk

# The pictures of the guides, drawn from what is rendered now.
pictures: setup
	$(BIN)/python -m tests.walk.pictures

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
