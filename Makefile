# Every target sets up what it needs: only Python 3.11-3.13 with venv and pip, git and make are given.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.longplay-ready
TEST_FLAGS ?= -n 2 --dist worksteal
DEMO_FLAGS ?=

.PHONY: setup demo test check test-integration bench docs lock clean

setup: $(STAMP)

$(STAMP): pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# The lock holds versions and hashes and names no host: any index or mirror may serve it.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	    --python-version 3.11 --group dev pyproject.toml -o requirements.lock

demo: setup
	@$(BIN)/longplay demo $(if $(MUSIC),--music "$(MUSIC)") $(DEMO_FLAGS)

test: setup
	$(BIN)/python -m pytest $(TEST_FLAGS)

check: setup
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-integration: setup
	@bash .ci/lane $(LANES)

bench: setup
	$(BIN)/python -m benchmarks.run

docs: setup
	$(BIN)/python -m docs.build

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
