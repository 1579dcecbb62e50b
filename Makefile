# Two commands for a new clone: make demo, make test. Both install what is missing first (see setup/install).
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_IN := .venv/bin
# Two at a time, however many cores there are: more would start more servers than they save time. Files are handed out
# as they are collected, journeys first (testpaths): the longest files must not be those that are left at the end.
SIDE_BY_SIDE := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
export TALLENNE_HOME ?= $(CURDIR)/var

.PHONY: help demo test side-by-side check lint types imports unit contract journeys bench bench-register bench-register-kill lock outdated translations install clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-20s %s\n", $$1, $$2}'

demo: ## Install, start everything on loopback, place eight calls (ONCE=1: verify them, then stop)
	@setup/install demo
	@$(PYTHON_IN)/tallenne demo $(if $(ONCE),--once)

test: ## Install, then lint, type-check and run every test (what CI runs)
	@setup/install test
	@$(MAKE) --no-print-directory lint imports
	@$(MAKE) --no-print-directory --jobs=2 types side-by-side
	$(PYTHON_IN)/pytest -m alone

# mypy takes one core for a minute and more, in which the other would wait: the tests begin meanwhile.
side-by-side:
	$(PYTHON_IN)/pytest $(SIDE_BY_SIDE) -m 'not alone'

check: lint types imports ## Lint, types and import rules, without the tests

lint: ## ruff, all rules
	$(PYTHON_IN)/ruff check
	$(PYTHON_IN)/ruff format --check

types: ## mypy, strict, over the tests too
	$(PYTHON_IN)/mypy .

imports: ## import-linter: one way of dependence
	$(PYTHON_IN)/lint-imports

unit: ## Only the unit tests
	$(PYTHON_IN)/pytest $(SIDE_BY_SIDE) tests/unit

contract: ## Only the contract tests (real servers, one part at a time)
	$(PYTHON_IN)/pytest tests/contract

journeys: ## Only the journeys (real phones through the whole house)
	$(PYTHON_IN)/pytest tests/journeys

bench: ## Measure capacity: make bench CALLS=10 SECONDS_EACH=60
	@setup/install test
	$(PYTHON_IN)/python -m bench.capacity --calls $(or $(CALLS),2) --seconds $(or $(SECONDS_EACH),60)

bench-register: ## Measure the register at size: make bench-register DATABASE=postgresql
	@setup/install test
	$(PYTHON_IN)/python -m bench.register --database $(or $(DATABASE),sqlite)

bench-register-kill: ## Kill imports of that size half-way, and see that they leave nothing behind
	@setup/install test
	$(PYTHON_IN)/python -m bench.register --kill --database $(or $(DATABASE),sqlite)

install: ## Install only (runtime)
	@setup/install runtime

lock: ## Pin all dependencies anew, with hashes
	@setup/lock

outdated: ## Say which locked packages have newer releases, and which are overdue (SECURITY.md)
	@setup/install test
	@test -x .make/lock/bin/uv || { python3 -m venv .make/lock && .make/lock/bin/pip install --quiet --disable-pip-version-check uv; }
	@$(PYTHON_IN)/python setup/outdated.py

translations: ## Collect, update and compile the viewer's texts
	@mkdir -p build
	$(PYTHON_IN)/pybabel -q extract -F web/babel.cfg -k _l -c TRANSLATORS: --no-location --sort-output -o build/messages.pot web
	$(PYTHON_IN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-pot-creation-date -i build/messages.pot -d web/translations
	$(PYTHON_IN)/pybabel -q compile -d web/translations

clean: ## Remove what can be made again (never var/)
	rm -rf .venv .make node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis web/static/vendor
