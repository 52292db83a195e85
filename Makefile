# Every target sets up what it needs; only Python >= 3.11 and make must be there.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SETUP := pyproject.toml constraints.txt

.PHONY: serve test lint openapi contract power bench coverage-of-contract
.DELETE_ON_ERROR:

serve: $(VENV)/.serve-ready
	$(BIN)/smartlead-mock serve $(ARGS)

test: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

openapi: $(VENV)/.test-ready
	$(BIN)/python -m mock_server.contract.codegen
	$(BIN)/python -m mock_server.contract.disagreements

contract: $(VENV)/.test-ready
	$(BIN)/python -m pytest -p contract_tests.suite.plugin --pyargs contract_tests.suite -n auto --maxschedchunk=1 $(ARGS)

power: $(VENV)/.test-ready
	$(BIN)/smartlead-contract power $(ARGS)

coverage-of-contract: $(VENV)/.test-ready
	rm -rf .contract-coverage
	SMARTLEAD_CONTRACT_COVERAGE=.contract-coverage $(MAKE) test
	$(BIN)/python -m tests.contract_coverage .contract-coverage

bench: $(VENV)/.test-ready
	$(BIN)/python -m tests.benchmark $(ARGS)

$(VENV)/.serve-ready: $(SETUP)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test-ready: $(SETUP)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,lint]'
	@touch $@ $(VENV)/.serve-ready
