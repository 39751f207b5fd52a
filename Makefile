# Every target sets up what it needs: a .venv beside this file, filled by uv from requirements.lock.
BIN := .venv/bin
PORT ?= 8000
.PHONY: setup serve test test-fast bench lock

# Compiled at once, as pip does it: where PYTHONDONTWRITEBYTECODE is set, as in many containers, every
# process would otherwise compile pandas and Sphinx anew.
setup: .venv/ready ## fill .venv from the lock file

.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/uv || { python3 -m venv .venv && $(BIN)/pip install --quiet --disable-pip-version-check uv; }
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . && touch $@

serve: setup node_modules/.ready ## build the book and serve it at http://127.0.0.1:8000
	@$(BIN)/casekit book build && $(BIN)/casekit book serve --port $(PORT)

# What is taken from npm, by hash; Node comes with .venv, so a fresh machine needs Python alone.
node_modules/.ready: package.json package-lock.json .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund && touch $@

test: setup node_modules/.ready ## everything: lint, types, unit tests, the book, a browser, a graded course
	@sh .ci/system-packages && $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest -n 2 --dist loadscope

test-fast: setup node_modules/.ready ## the unit tests alone, under three minutes
	@$(BIN)/python -m pytest -n 2 -m "not slow"

bench: setup node_modules/.ready ## us and a peer in turn, medians and ratios
	@$(BIN)/python benchmarks/run.py

lock: .venv/ready ## resolve again: versions and hashes, no addresses
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock pyproject.toml
