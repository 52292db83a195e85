"""An ignored reply is in no figure, and comes back when it is no longer ignored; the conversation stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.hand_mails import history, ledger, stats_id
from tests.inboxes import everywhere, found, item, listed, mailed, map_id, names
from tests.sending import Json, mails, moment, of_lead, ok, react, steps, until, variants
from tests.store import defects

DAYS = {"start_date": "2026-03-01", "end_date": "2026-03-31"}
#: what shows figures of a campaign, and with which query
FIGURES: dict[str, Json] = {
    "analytics": {}, "analytics-by-date": DAYS, "top-level-analytics-by-date": DAYS, "sequence-analytics": DAYS,
    "statistics": {}, "variant-statistics": {}, "mailbox-statistics": {}, "leads-export": {},
}  # fmt: skip
#: what shows figures of the account
ACCOUNT = (
    "overall-stats-v2", "campaign/overall-stats", "campaign/response-stats", "campaign/lead-to-reply-time",
    "campaign/leads-take-for-first-reply", "day-wise-overall-stats", "day-wise-overall-stats-by-sent-time",
    "mailbox/name-wise-health-metrics", "mailbox/domain-wise-health-metrics",
    "mailbox/provider-wise-overall-performance",
)  # fmt: skip
#: also those that count the leads and mails with an answer only
ANSWERED: dict[str, Json] = {
    **FIGURES, "leads": {"emailStatus": "is_replied"}, "statistics#": {"email_status": "replied"},
}  # fmt: skip


def ignore(api: Api, stats: str, status: bool = True) -> None:
    """Ignore the reply to a mail, or take that back."""
    answer = ok(api.patch("/master-inbox/ignore-reply", {"id": stats, "ignore_reply": status}))
    message = f"Reply {'ignored' if status else 'unignored'} successfully"
    assert answer == {"ok": True, "message": message, "data": {"success": True, "updated": 1}}


def figures(api: Api, campaign_id: int) -> dict[str, str]:
    """All figures of a campaign as texts."""
    shown = {name: api.get(f"/campaigns/{campaign_id}/{name.strip('#')}", params=q) for name, q in ANSWERED.items()}
    assert {name: one.status_code for name, one in shown.items()} == dict.fromkeys(shown, 200)
    zones = {name: {"timezone": "UTC"} if name.startswith("day-wise") else {} for name in ACCOUNT}
    of_account = {name: api.get(f"/analytics/{name}", params={**DAYS, **zones[name]}) for name in ACCOUNT}
    assert {name: one.status_code for name, one in of_account.items()} == dict.fromkeys(ACCOUNT, 200)
    return {name: one.text for name, one in (*shown.items(), *of_account.items())}


def with_variants(api: Api, *leads: str) -> int:
    """A campaign with two steps, the first in two variants; all leads got the first, and the second a day later."""
    sequence = [{**steps(0)[0], "seq_variants": variants(None, None)}, steps(0, 1)[1]]
    return mailed(api, *(leads or ("bob", "eve")), sequence=sequence)


def test_an_ignored_reply_is_in_no_figure(api: Api) -> None:
    """All figures are as before the reply, and then as after it; what was sent and came is not touched."""
    campaign_id = with_variants(api)
    stats = stats_id(api, campaign_id)
    until(api, "02 13:00")
    before = figures(api, campaign_id)
    react(api, campaign_id, "bob", "reply")
    after = figures(api, campaign_id)
    assert [name for name in before if before[name] == after[name]] == []
    shown, told = everywhere(api), history(api, campaign_id)
    for _ in range(2):
        ignore(api, stats)
        assert figures(api, campaign_id) == before
    assert (everywhere(api), history(api, campaign_id)) == (shown, told)
    assert found(api, "sent", emailStatus="Replied") == []
    for _ in range(2):
        ignore(api, stats, status=False)
        assert figures(api, campaign_id) == after
    assert found(api, "sent", emailStatus="Replied") == ["bob"]
    assert defects(api) == []


def test_ignoring_is_told_once(api: Api) -> None:
    """The ledger has an entry for each change, and none for a repetition."""
    campaign_id = with_variants(api)
    react(api, campaign_id, "bob", "reply")
    stats = stats_id(api, campaign_id)
    for status in (False, True, True, False, False, True):
        ignore(api, stats, status)
    assert [one["data"]["ignored"] for one in ledger(api, "REPLY_IGNORED")] == [True, False, True]


def test_a_lead_that_answered_two_mails_still_answered(api: Api) -> None:
    """Only the mark of the one mail goes; without both, the lead did not reply."""
    campaign_id = with_variants(api)
    react(api, campaign_id, "bob", "reply")
    until(api, "03 12:00")
    react(api, campaign_id, "bob", "reply")
    first, second = (stats_id(api, campaign_id, number=one) for one in (1, 2))

    def shown() -> tuple[str, int]:
        analytics = ok(api.get(f"/campaigns/{campaign_id}/analytics"))
        return analytics["reply_count"], len(api.rows(campaign_id, emailStatus="is_replied"))

    assert shown() == ("2", 1)
    ignore(api, first)
    assert shown() == ("1", 1)
    ignore(api, second)
    assert shown() == ("0", 0)
    ignore(api, first, status=False)
    assert shown() == ("1", 1)


def test_a_new_reply_counts_beside_an_ignored_one(api: Api) -> None:
    """It was not ignored; when nothing is ignored any more, the mail was answered when the first reply came."""
    campaign_id = with_variants(api)
    react(api, campaign_id, "bob", "reply")
    first = figures(api, campaign_id)
    stats = stats_id(api, campaign_id)
    ignore(api, stats)
    until(api, "02 14:00")
    react(api, campaign_id, "bob", "reply")
    assert reply_time(api, campaign_id) == "2026-03-02T14:00:00.000Z"
    ignore(api, stats, status=False)
    assert figures(api, campaign_id) == first
    ignore(api, stats)
    ignore(api, stats, status=False)
    assert figures(api, campaign_id) == first


def reply_time(api: Api, campaign_id: int) -> str | None:
    """When the only lead answered, as the statistics show it."""
    rows = ok(api.get(f"/campaigns/{campaign_id}/statistics"))["data"]
    shown: str | None = next(one["reply_time"] for one in rows if one["lead_email"].startswith("bob"))
    return shown


def test_replies_are_ignored_together(api: Api) -> None:
    """All replies to one mail have its stats_id."""
    campaign_id = with_variants(api)
    before = figures(api, campaign_id)
    for _ in range(3):
        react(api, campaign_id, "bob", "reply")
    after = figures(api, campaign_id)
    ignore(api, stats_id(api, campaign_id))
    assert figures(api, campaign_id) == before
    ignore(api, stats_id(api, campaign_id), status=False)
    assert figures(api, campaign_id) == after


def test_an_ignored_reply_has_stopped_its_lead_all_the_same(api: Api) -> None:
    """What followed from a reply is not undone: status, category, unread."""
    campaign_id = mailed(api, sequence=steps(0, 1), settings={})
    react(api, campaign_id, "bob", "reply-interested")
    ignore(api, stats_id(api, campaign_id))
    row = item(api, map_id(api, campaign_id))
    assert (row["lead_status"], row["lead_category_id"], row["has_new_unread_email"]) == ("STOPPED", 1, True)
    assert row["last_reply_time"] == "2026-03-02T12:00:00.000Z"
    assert names(api, "inbox") == ["bob"]


def test_an_automatic_reply_can_be_ignored_where_it_is_one(api: Api) -> None:
    """Not where the campaign does not count it."""
    campaign_id = mailed(api)
    before = figures(api, campaign_id)
    react(api, campaign_id, "bob", "ooo")
    ignore(api, stats_id(api, campaign_id))
    assert figures(api, campaign_id) == before


NOT_FOUND = {"ok": False, "message": "Email stat not found"}


def refused(api: Api, stats: Any) -> None:
    """No reply has this stats_id."""
    answer = api.patch("/master-inbox/ignore-reply", {"id": stats, "ignore_reply": True})
    assert answer.status_code == 400, answer.text
    assert answer.json()["ok"] is False


def test_only_an_answered_mail_has_a_reply_to_ignore(api: Api, other: Api) -> None:
    """Not a mail without answer, one with an automatic answer that is none, or one of somebody else."""
    ooo = {"stop_lead_settings": "CLICK_ON_A_LINK", "out_of_office_detection_settings": {"ignoreOOOasReply": True}}
    campaign_id = mailed(api, "a", "b", "c", settings=ooo)
    react(api, campaign_id, "a", "ooo")
    react(api, campaign_id, "b", "reply")
    for lead in ("a", "c"):
        refused(api, stats_id(api, campaign_id, lead))
    answered = stats_id(api, campaign_id, "b")
    refused(other, answered)
    refused(api, "")
    ok(api.delete(of_lead(api, campaign_id, "b")))
    refused(api, answered)


@pytest.mark.parametrize("gone", ["campaign", "step"])
def test_with_the_mail_its_reply_is_gone(api: Api, gone: str) -> None:
    """A deleted campaign and a deleted step have no replies."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    react(api, campaign_id, "bob", "reply")
    stats = stats_id(api, campaign_id)
    ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "STOPPED"}))
    if gone == "campaign":
        ok(api.delete(f"/campaigns/{campaign_id}"))
    else:
        ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": []}))
    refused(api, stats)


def test_the_reply_times_of_a_conversation_do_not_move(api: Api) -> None:
    """Filters by reply time and the order go by what came, ignored or not."""
    campaign_id = with_variants(api)
    react(api, campaign_id, "bob", "reply")
    until(api, "02 14:00")
    react(api, campaign_id, "eve", "reply")
    ignore(api, stats_id(api, campaign_id, "eve"))
    assert names(api, "inbox") == ["eve", "bob"]
    assert found(api, replyTimeBetween=[moment("02 13:00"), moment("02 15:00")]) == ["eve"]
    assert [len(row["email_history"]) for row in listed(api, "inbox", history=True)] == [2, 2]
    assert len(mails(api, campaign_id, "REPLY")) == 2
