"""What a story reads of the figures of a whole account, held against a recount."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.machines import analytics
from contract_tests.machines.analytics import Asked
from contract_tests.machines.expected import number
from contract_tests.machines.mailing import Mailing
from contract_tests.machines.sending_model import Office

Json = dict[str, Any]
Recount = Callable[[Office, Asked], Any]

#: operation -> where its rows are, what names a row, and the recount
_TABLES: Mapping[str, tuple[str, str, Recount]] = {
    "analytics_campaign_list": ("campaign_list", "id", analytics.campaign_list),
    "analytics_campaign_overall_stats": ("campaign_wise_performance", "id", analytics.campaigns),
    "analytics_campaign_response_stats": ("campaign_wise_response_stats", "campaign_name", analytics.responses),
    "analytics_mailbox_domain_wise_health": ("domain_health_metrics", "domain", analytics.domains),
    "analytics_mailbox_name_wise_health": ("email_health_metrics", "from_email", analytics.addresses),
}
#: operation -> the recount of its days
_DAYS: Mapping[str, Recount] = {
    "analytics_day_wise_overall_stats": analytics.days,
    "analytics_day_wise_overall_stats_by_sent_time": analytics.days_by_sent_time,
    "analytics_day_wise_positive_reply_stats": analytics.positive_days,
    "analytics_day_wise_positive_reply_stats_by_sent_time": analytics.positive_days_by_sent_time,
}
#: names of the same row in answers that know other names
_ALIASES = {"campaign_name": "email_campaign_name", "from_email": "email_account"}


class AccountFigures(Mailing):
    """The half of a machine that reads figures of the account."""

    #: clients by id
    clients: dict[int, str]

    def readings(self) -> Sequence[tuple[str, Callable[[str, Asked, bool], None]]]:
        """The operations of the edition, and how each is compared."""
        found = [
            *((name, self._table) for name in _TABLES), *((name, self._days) for name in _DAYS),
            ("analytics_overall_stats_v2", self._overall), ("analytics_campaign_status_stats", self._statuses),
            ("analytics_campaign_follow_up_reply_rate", self._follow_ups),
            ("analytics_lead_overall_stats", self._leads_by_step),
            ("analytics_lead_category_wise_response", self._categories),
            ("analytics_mailbox_provider_wise_performance", self._providers),
            ("analytics_client_overall_stats", self._clients), ("analytics_client_list", self._client_list),
            ("analytics_team_board_overall_stats", self._team),
        ]  # fmt: skip
        return [(name, compare) for name, compare in found if self.has(name)]

    def figures_of(self, operation: str, asked: Asked, full: bool) -> tuple[Any, Exchange]:
        """The data of an answer."""
        query: Json = {"start_date": asked.first.isoformat(), "end_date": asked.last.isoformat()}
        query["timezone"] = asked.zone
        for name, ids in (("campaign_ids", asked.campaigns), ("client_ids", asked.clients)):
            if ids is not None:
                query[name] = ",".join(map(str, sorted(ids)))
        if full:
            query["full_data"] = True
        known = {name: value for name, value in query.items() if self.takes(operation, name)}
        exchange = self.call(operation, query=known)
        data = exchange.json.get("data") if isinstance(exchange.json, Mapping) else None
        self.hold(isinstance(data, Mapping), "the answer has no data", exchange)
        return data, exchange

    def narrowed(self, operation: str, asked: Asked) -> Asked:
        """What an operation can be asked; it is asked of all where it has no such filter."""
        campaigns = asked.campaigns if self.takes(operation, "campaign_ids") else None
        clients = asked.clients if self.takes(operation, "client_ids") else None
        zone = asked.zone if self.takes(operation, "timezone") else "UTC"
        return Asked(asked.first, asked.last, zone, campaigns, clients)

    def compare_account(self, turn: int, asked: Asked, full: bool) -> None:
        """One of the readings, in turn."""
        readings = self.readings()
        name, compare = readings[turn % len(readings)]
        compare(name, self.narrowed(name, asked), full and self.takes(name, "full_data"))

    def _shown(self, expected: Json, full: bool) -> Json:
        """Raw counts only, unless all figures are asked for."""
        raw = ("unique_lead_count", "unique_open_count", "positive_replied")
        if full:
            return expected
        return {name: value for name, value in expected.items() if name not in raw and not name.endswith("_rate")}

    def _table(self, operation: str, asked: Asked, full: bool) -> None:
        key, name, recount = _TABLES[operation]
        data, exchange = self.figures_of(operation, asked, full)
        names = self.named(operation, "data", key)
        name = name if name in names else _ALIASES.get(name, name)
        expected = sorted(recount(self.office, asked), key=lambda row: str(row[name]))
        rows = sorted(data[key], key=lambda row: str(row[name]))
        expected = [self._shown(row, full) for row in expected]
        self.agree_rows(rows, expected, names, operation, exchange)
        if self.takes(operation, "limit") and rows:
            page = self.call(operation, query={
                "start_date": asked.first.isoformat(), "end_date": asked.last.isoformat(), "limit": 1, "offset": 0,
            })  # fmt: skip
            self.hold(len(page.json["data"][key]) <= 1, "a page of one row has more", page)

    def _days(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        rows = data["day_wise_stats"]
        names = self.named(operation, "data", "day_wise_stats")
        inner = "email_engagement_metrics"
        if inner in names:
            names = self.named(operation, "data", "day_wise_stats", inner)
            rows = [row[inner] for row in rows]
        self.agree_rows(rows, _DAYS[operation](self.office, asked), names, f"{operation} {asked}", exchange)

    def _overall(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        expected = self._shown(analytics.overall(self.office, asked), full)
        names = self.named(operation, "data", "overall_stats")
        self.agree(data["overall_stats"], expected, names, f"{operation} {asked}", exchange)

    def _statuses(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        found = analytics.statuses(self.office, asked)
        words = {"active": "ACTIVE", "started": "ACTIVE"} | {
            word.lower(): word for word in ("PAUSED", "DRAFTED", "COMPLETED", "STOPPED")
        }
        for row in data["campaign_status_stats"]:
            word = words.get(row["status"].lower())
            if word is not None:
                count = number(row.get("total_count", row.get("count")))
                self.same(count, found[word], f"{operation}: {row['status']}", exchange)

    def _follow_ups(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        expected = analytics.follow_ups(self.office, asked)
        self.same(data["followup_reply_rate"], expected["followup_reply_rate"], f"{operation} {asked}", exchange)
        stats = self.named(operation, "data", "followup_stats")
        if stats:
            self.agree(data["followup_stats"], expected, stats, f"{operation} {asked}", exchange)

    def _leads_by_step(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        names = self.named(operation, "data", "lead_stats", "count")
        if names:
            expected = analytics.leads_by_step(self.office, asked)
            self.agree(data["lead_stats"]["count"], expected, names, f"{operation} {asked}", exchange)

    def _categories(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        found = data["lead_responses_by_category"]
        rows = found["leadResponseGrouping"] if isinstance(found, Mapping) else found
        shown = {row.get("name", row.get("category")): number(row["total_response"]) for row in rows}
        self.same(shown, analytics.categories(self.office, asked), f"{operation} {asked}", exchange)

    def _providers(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        place = ("data", "email_providers_performance_overview", "overall")
        names = self.named(operation, *place)
        if names:
            expected = [self._shown(row, full) for row in analytics.providers(self.office, asked)]
            rows = data["email_providers_performance_overview"]["overall"]
            self.agree_rows(rows, expected, names, f"{operation} {asked}", exchange)

    def _clients(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        rows = sorted(data["client_wise_performance"], key=lambda row: row["client_id"])
        expected = analytics.clients(self.office, asked, self.clients)
        names = self.named(operation, "data", "client_wise_performance")
        inner = self.named(operation, "data", "client_wise_performance", "campaign_stats")
        plain = [{name: value for name, value in row.items() if name != "campaign_stats"} for row in expected]
        self.agree_rows(rows, plain, names, f"{operation} {asked}", exchange)
        for row, right in zip(rows, expected, strict=True):
            shown = row["campaign_stats"] if inner else row
            stats = self._shown(right["campaign_stats"], full)
            self.agree(shown, stats, inner or names, f"{operation}, client {row['client_id']}", exchange)

    def _client_list(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        shown = {row["id"]: row["name"] for row in data["client_list"]}
        wanted = asked.clients
        expected = {number: name for number, name in self.clients.items() if wanted is None or number in wanted}
        self.same(shown, expected, operation, exchange)

    def _team(self, operation: str, asked: Asked, full: bool) -> None:
        data, exchange = self.figures_of(operation, asked, full)
        names = self.named(operation, "data", "team_board_stats")
        for row in data["team_board_stats"]:
            expected = analytics.member(self.office, asked, self.held_by(row["id"]))
            self.agree(row, expected, names, f"{operation}, member {row['id']}", exchange)

    def held_by(self, member: int) -> set[int]:
        """The rows that a member of the team has."""
        return set()
