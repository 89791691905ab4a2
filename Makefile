# `make example` sets up, renders and lints the example environments.
# `make test` sets up and passes the tests; `make test-all` adds the long ones.
PYTHON ?= python3
BIN := .venv/bin
# A local mirror of the hashicorp/aws provider, where there is one; else terraform downloads it.
export HOLDFAST_TERRAFORM_PLUGIN_DIR ?= $(shell $(PYTHON) tools/provider_mirror.py)
# A configuration file that does not exist would only add warnings to terraform's answers.
ifeq ($(wildcard $(TF_CLI_CONFIG_FILE)),)
unexport TF_CLI_CONFIG_FILE
endif

.PHONY: example test test-all check bench
.PHONY: evaluation who-can-delete tripwires audit audit-output
.PHONY: restore-demo export-demo chain-demo refill-demo undo-demo

example: $(BIN)/holdfast
	$(BIN)/holdfast generate
	$(BIN)/holdfast lint

# A file's tests stay together: they share the local endpoints that they start.
PYTEST = $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test: .venv/dev .venv-checkov/filled check
	$(PYTEST) -m "not slow"

test-all: .venv/dev .venv-checkov/filled check
	$(PYTEST)

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# What holds, shown one by one; `make test` proves all of it.
evaluation: .venv/dev
	$(BIN)/python tools/evaluation_page.py

who-can-delete: $(BIN)/holdfast
	$(BIN)/holdfast explain --who-can-delete prod

tripwires: .venv/dev
	$(BIN)/pytest -q tests/tripwires

audit: audit-output
	$(BIN)/pytest -q -m "not slow" tests/audit

audit-output: .venv/dev
	$(BIN)/holdfast audit --account-id 111111111111 --region eu-central-1 \
	  output/prod/cloudformation/*.yaml

# A table is lost with its stack, and comes back: on local endpoints, in two minutes.
restore-demo: .venv/dev
	$(BIN)/python tools/restore_demo.py

# A table is exported fully, then in windows, one of which fails first: in half a minute.
export-demo: .venv/dev
	$(BIN)/python tools/export_demo.py

# A table whose point-in-time recovery and stack are gone comes back from exports: in a minute.
chain-demo: .venv/dev
	$(BIN)/python tools/chain_demo.py

# An older dump is written into a table, with a damaged file that is mended: in half a minute.
refill-demo: .venv/dev
	$(BIN)/python tools/refill_demo.py

# A script deletes the wrong 200 of 10,000 items, and they are put back: in two minutes, since an undo
# keeps to half of what the table may write.
undo-demo: .venv/dev
	$(BIN)/python tools/undo_demo.py

bench: .venv/dev
	$(BIN)/python benchmarks/generate_400_tables.py
	$(BIN)/python benchmarks/generate_500_tables.py
	$(BIN)/python benchmarks/cdk_ratio.py
	$(BIN)/python benchmarks/lint_ratio.py
	$(BIN)/python benchmarks/handler_import.py
	$(BIN)/python benchmarks/verify_export.py
	$(BIN)/python benchmarks/refill.py

$(BIN)/holdfast: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.txt -e .
	touch $@

.venv/dev: $(BIN)/holdfast requirements.txt requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.txt -r requirements-dev.txt
	touch $@

# checkov pins versions that conflict with ours.
.venv-checkov/filled: requirements-checkov.txt
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/pip install --quiet --disable-pip-version-check -r requirements-checkov.txt
	touch $@
