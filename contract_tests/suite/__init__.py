"""The suite as tests of pytest: `pytest -p contract_tests.suite.plugin --pyargs contract_tests.suite -n 2`."""
