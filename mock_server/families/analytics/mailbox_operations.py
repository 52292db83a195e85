"""What the API tells of mailboxes: as they are now, and by domain, address, provider and tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.analytics import mailboxes, rules, selection, views
from mock_server.families.analytics.rules import Totals
from mock_server.families.leads.rules import domain_of
from mock_server.families.tags import records as tags
from mock_server.state.database import Row

_PROVIDERS = ("SMTP", "GMAIL", "OUTLOOK", "ZOHO")
Key = TypeVar("Key")


def _grouped(found: Iterable[tuple[Row, Totals]], key: Callable[[Row], Key]) -> dict[Key, Totals]:
    """The figures of mailboxes by what they have in common."""
    groups: dict[Key, list[Totals]] = {}
    for row, of in found:
        groups.setdefault(key(row), []).append(of)
    return {one: rules.total(parts) for one, parts in groups.items()}


@operation("analytics_mailbox_overall_stats", long=True)
def analytics_mailbox_overall_stats(ctx: Context, params: inputs.AnalyticsMailboxOverallStatsParams) -> Reply:
    """The mailboxes of now (R1)."""
    counts = mailboxes.counts(ctx, rules.wanted_ids(params["client_ids"]))
    return views.answer("Overall mailbox stats fetched successfully!", overall_mailbox_stats=counts)


@operation("analytics_mailbox_domain_wise_health", long=True)
def analytics_mailbox_domain_wise_health(ctx: Context, params: inputs.AnalyticsMailboxDomainWiseHealthParams) -> Reply:
    """The figures of each domain whose mailboxes sent a mail in the range, by name (R1, C:dash)."""
    whole = params["full_data"] == "true"
    found = _grouped(mailboxes.that_sent(ctx, selection.selected(ctx, params), whole=whole), _domain)
    names = views.WHOLE if whole else views.MAILS
    shown = [{"domain": one, **views.figures(found[one], names)} for one in sorted(found)]
    message = "Domain health metrics fetched successfully"
    return views.answer(message, domain_health_metrics=views.page(params, shown))


def _domain(row: Row) -> str:
    return domain_of(row["address"])


@operation("analytics_mailbox_name_wise_health", long=True)
def analytics_mailbox_name_wise_health(ctx: Context, params: inputs.AnalyticsMailboxNameWiseHealthParams) -> Reply:
    """The figures of each mailbox that sent a mail in the range, by id; a deleted one keeps its row (R1, C:dash)."""
    whole, bounced = params["full_data"] == "true", params.get("is_bounced")
    names = views.WHOLE if whole else views.MAILS
    shown = [
        {"from_email": row["from_email"], **views.figures(of, names)}
        for row, of in mailboxes.that_sent(ctx, selection.selected(ctx, params), whole=whole)
        if bounced is None or (of.bounced > 0) == (bounced == "true")
    ]
    message = "Email health metrics fetched successfully"
    return views.answer(message, email_health_metrics=views.page(params, shown))


@operation("analytics_mailbox_provider_wise_performance", long=True)
def analytics_mailbox_provider_wise_performance(
    ctx: Context, params: inputs.AnalyticsMailboxProviderWisePerformanceParams
) -> Reply:
    """The figures of each provider, and of the mailboxes of each that have a tag; counts are texts (R1, C:dash)."""
    found = mailboxes.that_sent(ctx, selection.selected(ctx, params))
    tagged = tags.of(ctx, "email_account", [row["id"] for row, _ in found])
    overall = _grouped(found, lambda row: row["type"])
    shown: dict[str, list[dict[str, Any]]] = {"overall": [], "tag_wise": []}
    for provider in _PROVIDERS:
        if provider in overall:
            shown["overall"].append({"email_provider": provider, **views.counted_in_text(overall[provider])})
        own = [(tag, of) for row, of in found if row["type"] == provider for tag in tagged[row["id"]]]
        by_tag = _grouped(own, lambda tag: (tag["tag_id"], tag["name"], tag["color"]))
        for (tag_id, name, color), of in sorted(by_tag.items(), key=lambda one: one[0][0]):
            tag = {"email_provider": provider, "tag_id": tag_id, "tag_name": name, "tag_color": color}
            shown["tag_wise"].append({**tag, **views.counted_in_text(of)})
    message = "Email providers performance overview fetched successfully"
    return views.answer(message, email_providers_performance_overview=shown)
