"""`python -m contract_tests`."""

from contract_tests.start import main

main()
