"""Seeded bugs that measure the suite: each is a server that breaks one documented rule.

The suite knows none of them; only `power` and the tests of this catalogue look inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from contract_tests.mutants.auth import SHELF as AUTH
from contract_tests.mutants.code_rules import SHELVES as CODE_OF_RULES
from contract_tests.mutants.code_world import SHELVES as CODE_OF_WORLD
from contract_tests.mutants.dedupe import SHELF as DEDUPE
from contract_tests.mutants.inbox import SHELF as INBOX
from contract_tests.mutants.limits import SHELF as LIMITS
from contract_tests.mutants.mutant import Mutant, Shelf
from contract_tests.mutants.paging import SHELF as PAGING
from contract_tests.mutants.protocol import SHELF as PROTOCOL
from contract_tests.mutants.shape import SHELF as SHAPE
from contract_tests.mutants.state import SHELF as STATE
from contract_tests.mutants.statistics import SHELF as STATISTICS
from contract_tests.mutants.time import SHELF as TIME
from contract_tests.mutants.validation import SHELF as VALIDATION
from contract_tests.mutants.webhooks import SHELF as WEBHOOKS

SHELVES: tuple[Shelf, ...] = (
    SHAPE, VALIDATION, STATE, DEDUPE, PAGING, AUTH, LIMITS, WEBHOOKS, TIME, STATISTICS, PROTOCOL, INBOX,
    *CODE_OF_RULES, *CODE_OF_WORLD,
)  # fmt: skip

#: every mutant by its id
CATALOGUE: Mapping[str, Mutant] = {mutant.id: mutant for mutant in chain.from_iterable(SHELVES)}

#: one of each area, each of which the little effort of `smoke` finds
SAMPLE = (
    "figures-are-numbers", "largest-limit-refused", "update-clears-company", "known-leads-count-as-added",
    "last-row-of-a-full-page-lost", "missing-key-is-403", "no-remaining-on-writes", "only-first-event-saved",
    "sent-times-in-local-zone", "every-open-counts", "create-sent-twice", "unread-lists-everything",
)  # fmt: skip
