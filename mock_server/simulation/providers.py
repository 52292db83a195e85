"""Mail providers, for the preference of `enable_ai_esp_matching`. Pure."""

from __future__ import annotations

_DOMAINS = {
    "gmail.com": "GMAIL", "googlemail.com": "GMAIL",
    "outlook.com": "OUTLOOK", "hotmail.com": "OUTLOOK", "live.com": "OUTLOOK", "msn.com": "OUTLOOK",
    "office365.com": "OUTLOOK",
    "zoho.com": "ZOHO", "zohomail.com": "ZOHO",
}  # fmt: skip


def provider_of_address(address: str) -> str | None:
    """The provider that runs the address's domain; None when the domain does not tell."""
    return _provider_of_host(address.rpartition("@")[2].lower())


def provider_of_mailbox(kind: str, smtp_host: str | None, address: str) -> str | None:
    """The provider of a mailbox: its type, else its mail server, else its domain."""
    if kind in ("GMAIL", "OUTLOOK", "ZOHO"):
        return kind
    return _provider_of_host((smtp_host or "").lower()) or provider_of_address(address)


def _provider_of_host(host: str) -> str | None:
    labels = host.split(".")
    return next((_DOMAINS[name] for n in range(len(labels)) if (name := ".".join(labels[n:])) in _DOMAINS), None)
