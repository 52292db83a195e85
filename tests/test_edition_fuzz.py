"""One world, whichever edition each request is written in: rows, ledger and kept counts are as under `default`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import dialects
from tests.conftest import Api
from tests.dialects import Dialects, send
from tests.sending import ALWAYS, WINDOW, box, freeze, ok
from tests.telling import everything_stored
from tests.worlds import fresh

NAMES = ["ann", "ben", "eve", "bob", "joe"]
SUBJECTS = [["one"], ["one", "two"], ["one", "two", "three"]]
campaigns, leads = st.integers(0, 1), st.integers(0, len(NAMES) - 1)
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4)

#: (what, arguments): a call of `dialects`, or something that the control API does
ACTIONS = st.one_of(
    st.tuples(st.just("schedule"), st.tuples(campaigns, st.integers(5, 60))),
    st.tuples(st.just("sequence"), st.tuples(campaigns, st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=3))),
    st.tuples(st.sampled_from(["start", "pause", "webhook", "read"]), st.tuples(campaigns)),
    st.tuples(st.just("settings"), st.tuples(campaigns, st.booleans(), st.booleans())),
    st.tuples(st.just("untracked"), st.tuples(campaigns, st.booleans())),
    st.tuples(st.just("imports"), st.tuples(campaigns, names, st.booleans(), st.booleans())),
    st.tuples(st.just("block"), st.tuples(st.sampled_from(NAMES))),
    st.tuples(st.just("account_webhook"), st.tuples()),
    st.tuples(
        st.just("lead_status"),
        st.tuples(
            campaigns, leads, st.sampled_from(["INTERESTED", "IN_PROGRESS", "COMPLETED", "UNSUBSCRIBED", "BOUNCED"])
        ),
    ),
    st.tuples(st.sampled_from(["unsubscribe"]), st.tuples(leads)),
    st.tuples(st.just("category"), st.tuples(campaigns, leads, st.integers(1, 7))),
    st.tuples(st.just("remove"), st.tuples(campaigns, leads)),
    st.tuples(st.just("happens"), st.tuples(campaigns, leads, st.sampled_from(["reply", "open", "click", "bounce"]))),
    st.tuples(st.just("advance"), st.tuples(st.integers(1, 40))),
)


class Story:
    """A workspace with two campaigns that send, and what is done to it."""

    def __init__(self, client: TestClient) -> None:
        self.api: Api = fresh(client)
        freeze(self.api)
        ok(self.api.control("POST", "/webhooks/pause"))  # deliveries are tried on real time
        boxes = [box(self.api, "a"), box(self.api, "b")]
        self.campaigns = [self.api.campaign(name=name) for name in ("One", "Two")]
        for campaign_id in self.campaigns:
            for body, path in (
                ({**WINDOW, **ALWAYS}, "schedule"), ({"email_account_ids": boxes}, "email-accounts"),
            ):  # fmt: skip
                ok(self.api.post(f"/campaigns/{campaign_id}/{path}", body))
            send(self.api, dialects.sequence(campaign_id, [(0, ["Hi"]), (1, ["Again"])]), "default")
            send(self.api, dialects.start(campaign_id), "default")
        send(self.api, dialects.imports(self.campaigns[0], NAMES[:3], check=True, refuse=False), "default")
        ok(self.api.control("POST", "/clock/advance", {"hours": 2}))

    def do(self, what: str, arguments: tuple[Any, ...], pick: int) -> bool | None:
        """Do it as the `pick`-th edition writes it, 0 = `default`; whether it was a success."""
        plan: Callable[..., Dialects | bool] = getattr(self if hasattr(self, what) else dialects, what)
        wanted = plan(*(self._given(what, n, one) for n, one in enumerate(arguments)))
        if isinstance(wanted, bool):
            return wanted
        editions = sorted(wanted, key=lambda name: (name != "default", name))
        return send(self.api, wanted, editions[pick % len(editions)] if pick else "default")

    def _given(self, what: str, position: int, value: Any) -> Any:
        """Places among the campaigns and leads become their ids."""
        if what not in ("block", "account_webhook", "advance", "unsubscribe") and position == 0:
            return self.campaigns[value]
        if (what in ("lead_status", "category", "remove") and position == 1) or what == "unsubscribe":
            found = self.api.get("/leads/", params={"email": f"{NAMES[value]}@leads.example"}).json()
            return int(found.get("id", 3_999_999_999))
        return value

    def schedule(self, campaign_id: int, gap: int) -> Dialects:
        """With another gap between two mails."""
        return dialects.schedule(campaign_id, {**WINDOW, **ALWAYS, "min_time_btw_emails": gap})

    def sequence(self, campaign_id: int, subjects: list[list[str]]) -> Dialects:
        """New steps, a day apart."""
        return dialects.sequence(campaign_id, [(n and 1, one) for n, one in enumerate(subjects)])

    def imports(self, campaign_id: int, wanted: list[str], check: bool, refuse: bool) -> Dialects:
        """Leads, some of them again."""
        return dialects.imports(campaign_id, wanted, check=check, refuse=refuse)

    def happens(self, campaign_id: int, which: int, what: str) -> bool:
        """Somebody reacts, if that is possible."""
        body = {"campaign_id": campaign_id, "email": f"{NAMES[which]}@leads.example", "type": what}
        return bool(self.api.control("POST", "/events", body).status_code == 200)

    def advance(self, hours: int) -> bool:
        """Time passes."""
        return bool(self.api.control("POST", "/clock/advance", {"hours": hours}).status_code == 200)


def without_keys(stored: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What is drawn from the key of a workspace, which differs between the two, is left out."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in ("request_id", "warmup_key")} for row in rows
        ]
        for table, rows in stored.items()
    }


@settings(max_examples=40)
@given(st.lists(st.tuples(ACTIONS, st.integers(1, 6)), min_size=1, max_size=25))
def test_editions_write_into_one_world(client: TestClient, actions: list[tuple[tuple[str, Any], int]]) -> None:
    """The same things done in the words of many editions or of one leave the same rows, and succeed alike."""
    mixed, plain = Story(client), Story(client)
    for (what, arguments), pick in actions:
        assert mixed.do(what, arguments, pick) == plain.do(what, arguments, 0), what
    first, second = (without_keys(everything_stored(one.api)) for one in (mixed, plain))
    for table in second:
        assert first[table] == second[table], table
