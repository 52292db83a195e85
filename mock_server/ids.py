"""Where ids start: small where the real service's are small, above 2**31 where the real service's are."""

from __future__ import annotations

FIRST = {"lead": 3_000_000_001, "enrolment": 3_000_000_001, "other": 1001}
