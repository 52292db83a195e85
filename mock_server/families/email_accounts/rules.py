"""Rules of mailboxes. Pure: no rows, no HTTP."""

from __future__ import annotations

FAILING_HOST = "fail.simulator.test"
TAKEN_DOMAIN = "taken.simulator.test"


def login_fails(host: str | None) -> bool:
    """Whether a mail server refuses every login: hosts at or under `fail.simulator.test` do."""
    name = (host or "").lower()
    return name == FAILING_HOST or name.endswith("." + FAILING_HOST)


def belongs_to_other_user(address: str) -> bool:
    """Whether an address is another user's: those at or under `taken.simulator.test` are.

    Workspaces know nothing of each other, so no address of theirs can stand in for it.
    """
    domain = address.rpartition("@")[2].lower()
    return domain == TAKEN_DOMAIN or domain.endswith("." + TAKEN_DOMAIN)


def smtp_port_type(port: int | None) -> str | None:
    """The encryption that a port stands for; it is never sent (accounts.yaml)."""
    if port is None:
        return None
    return {465: "SSL", 25: "NONE"}.get(port, "TLS")


def imap_port_type(port: int | None) -> str | None:
    """As `smtp_port_type`, for reading mail."""
    if port is None:
        return None
    return "SSL" if port == 993 else "TLS"


def sent_on(now: int, day: int | None, count: int) -> int:
    """How many mails a mailbox has sent on the UTC day of `now`, from the count that is kept for `day`."""
    return count if day == now // 86_400_000 else 0


def reputation(sent: int, spam: int) -> str:
    """The share of warm-up mails that stayed out of spam, as text such as `99%`."""
    return f"{100 if sent == 0 else round(100 * (sent - spam) / sent)}%"
