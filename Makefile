# The commands of the project; CI and the README use the same ones.

STATE_DIR ?= .state
PORT ?= 8000
TEST_ARGS ?= -n 2
BENCH_ARGS ?=
CHAOS_ARGS ?=
PYTHON := .venv/bin/python

export STATE_DIR PORT

.DEFAULT_GOAL := help
.PHONY: help demo test test-cluster test-image image release bench chaos lint clean venv venv-dev

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: venv ## Start the whole system on http://127.0.0.1:8000 (PORT=, STATE_DIR=)
	@$(PYTHON) -m app.local

test: venv-dev ## Run the whole suite (TEST_ARGS=, by default -n 2, for pytest)
	@bin/system-packages
	@echo "Running the tests"
	@$(PYTHON) -m pytest $(TEST_ARGS)
ifeq ($(origin TEST_ARGS),file)
	@echo "Breaking the running system on purpose, for two minutes and by itself"
	@CHAOS=1 $(PYTHON) -m pytest tests/chaos/test_quick.py
endif

test-cluster: venv-dev ## Run the tests that need a real cluster (KUBECONFIG, CLUSTER_IMAGE=)
	@$(PYTHON) -m pytest tests/cluster

test-image: venv-dev ## Build the image and run every role of it, or say why this machine cannot
	@bin/test-image

image: ## Build the image without a Docker engine (IMAGE=, BASE=, STAND_IN=1, NO_CACHE=1)
	@bin/image $(IMAGE)

release: venv-dev ## Set the version, tag it and build dist/ (VERSION=1.2.3; DRY=1 only tries; NO_IMAGE=1)
	@DRY=$(DRY) NO_IMAGE=$(NO_IMAGE) bin/release "$(VERSION)"

bench: venv-dev ## Run the benchmarks, with peers; JSON under build/bench/ (BENCH_ARGS=--quick)
	@$(PYTHON) -m tests.bench cloning $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench transfer $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench commands $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench lifecycle $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench gateway $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench lists $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench pages $(BENCH_ARGS)
	@$(PYTHON) -m tests.bench kubernetes $(BENCH_ARGS)

chaos: venv-dev ## Break the system on purpose for 20 minutes (CHAOS_ARGS=--long, --seed=N); writes docs/reliability.md
	@$(PYTHON) -m tests.chaos $(CHAOS_ARGS)

lint: venv-dev ## Check style and types
	@echo "Checking style" && $(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@echo "Checking types" && $(PYTHON) -m mypy

clean: ## Remove the data of STATE_DIR, build results and caches; refuses while the stack runs
	@if [ -e "$(STATE_DIR)" ]; then bin/ensure-venv && $(PYTHON) -m app.local clean; fi
	@echo "Removing build results and caches"
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +

venv:
	@bin/ensure-venv

venv-dev:
	@bin/ensure-venv dev
