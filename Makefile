# Two commands do everything: `make demo` and `make test`. `make` alone lists them all.
# Where make itself or Python's venv is missing: apt-get install -y python3-venv make

# The Python to build .venv with (3.11 or newer); empty: the first one found.
PYTHON ?=
# The demo's size: full (at most ten minutes on two cores) or tiny (under three).
SIZE ?= full
# More arguments for pytest, as in: make test ARGS='-k robots -x'
ARGS ?=

export PYTHON
BIN := .venv/bin
BENCHMARKS := $(filter-out runner page __init__,$(basename $(notdir $(wildcard benchmarks/*.py))))

.PHONY: help setup demo test test-slow lint format bench bare-debian clean-demo clean

help:
	@echo 'make demo [SIZE=tiny]  crawl two small websites, train a small model on them, open its report'
	@echo 'make test              ruff, mypy and the quick tests'
	@echo 'make test-slow         the slow tests'
	@echo 'make lint | format     ruff and mypy alone | ruff rewrites what it can'
	@echo 'make bench             ours beside the peers, on this machine'
	@echo 'make setup             .venv with .venv/bin/headwater (the others call it when needed)'
	@echo 'make bare-debian       demo and tests inside a fresh Debian (root, debootstrap)'
	@echo 'make clean-demo        remove what the demo made'
	@echo 'make clean             remove .venv and caches'

setup:
	@scripts/setup.sh

demo: setup
	@$(BIN)/python -m demo.run --size $(SIZE)

test: lint
	@$(BIN)/python -m headwater.curate.warm
	@echo 'test: the quick tests'
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

test-slow: setup
	@echo 'test: the slow tests'
	@$(BIN)/python -m pytest -p tests.budget -m 'slow and not net and not gpu' $(ARGS)

lint: setup
	@echo 'lint: ruff check, ruff format --check, mypy'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench:
	@EXTRAS=train,ray,interop,fast,megatron,test,bench scripts/setup.sh
	@for name in $(BENCHMARKS); do echo "bench: $$name"; $(BIN)/python -m benchmarks.$$name $(ARGS) || exit 1; done

bare-debian:
	@tests/bare_debian.sh

clean-demo:
	@echo 'clean-demo: removing demo-run/'
	@rm -rf demo-run

clean: clean-demo
	@echo 'clean: removing .venv and caches'
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
