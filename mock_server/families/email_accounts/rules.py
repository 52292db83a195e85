"""Rules of mailboxes. Pure: no rows, no HTTP."""

from __future__ import annotations

FAILING_HOST = "fail.simulator.test"
TAKEN_DOMAIN = "taken.simulator.test"
LOGIN_FAILURE = "Invalid login: 535 Authentication failed"
DAY = 86_400_000
RECONNECTIONS_A_DAY = 3
#: provider -> columns of its servers (inferred)
SERVERS: dict[str, dict[str, str | int]] = {
    "GMAIL": {"smtp_host": "smtp.gmail.com", "smtp_port": 465, "imap_host": "imap.gmail.com", "imap_port": 993},
    "OUTLOOK": {
        "smtp_host": "smtp.office365.com", "smtp_port": 587, "imap_host": "outlook.office365.com", "imap_port": 993,
    },
}  # fmt: skip


def login_fails(host: str | None) -> bool:
    """Whether a mail server refuses every login: hosts at or under `fail.simulator.test` do."""
    name = (host or "").lower()
    return name == FAILING_HOST or name.endswith("." + FAILING_HOST)


def token_is_valid(expiry_date: float, refresh_token: str, now: int) -> bool:
    """Whether an OAuth token still works, or can be renewed (inferred from `Invalid or expired OAuth token`)."""
    return bool(refresh_token) or expiry_date > now


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


def day_of(moment: int) -> int:
    """The UTC day of a moment, counted from the epoch."""
    return moment // DAY


def sent_on(now: int, day: int | None, count: int) -> int:
    """How many mails a mailbox has sent on the UTC day of `now`, from the count that is kept for `day`."""
    return count if day == day_of(now) else 0


def shown_warmup_status(status: str, *, is_suspended: bool) -> str:
    """The status of a warm-up, which a suspension interrupts (R: warm-up goes on if it was on before)."""
    return "PAUSED" if is_suspended and status == "ACTIVE" else status


def reputation(sent: int, spam: int) -> str:
    """The share of warm-up mails that stayed out of spam, as text such as `99%`."""
    return f"{100 if sent == 0 else round(100 * (sent - spam) / sent)}%"
