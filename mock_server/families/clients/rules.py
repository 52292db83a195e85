"""Rules of the account and its clients. Pure: no rows, no HTTP."""

from __future__ import annotations

#: the user of an account; nothing in the world says more of them
OWNER_NAME = "Account Owner"
OWNER_EMAIL = "owner@account.test"
