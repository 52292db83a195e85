"""Warm-up: mails that mailboxes send each other day by day; a day that is over never changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mock_server.families.email_accounts import warmup_rules as rules
from mock_server.families.email_accounts.warmup_rules import MIN_PER_DAY, Phase
from tests.conftest import Api
from tests.machines import Machine, run
from tests.sending import box, freeze, ok, until
from tests.worlds import fresh

PHASES = st.builds(
    Phase, day=st.integers(0, 50), is_on=st.booleans(), per_day=st.integers(0, 60), rampup=st.integers(0, 20),
    reply_rate=st.integers(0, 100), days_before=st.integers(0, 40), mails_before=st.integers(0, 5000),
)  # fmt: skip
SEEDS = st.integers(0, 2**32)


# ------------------------------------------------------------------------------------------ rules


@given(PHASES, st.integers(0, 60))
def test_a_ramp_up_grows_day_by_day_to_the_most_of_a_day(phase: Phase, days: int) -> None:
    """The sums are those of the days: the lowest number first, then so many more each day."""

    def on_day(number: int) -> int:
        grown = phase.per_day if not phase.rampup else min(phase.per_day, MIN_PER_DAY + phase.rampup * number)
        return grown if phase.is_on else 0

    expected = [on_day(phase.days_before + n) for n in range(days)]
    assert [phase.mails_on(phase.day + n) for n in range(days)] == expected
    assert phase.mails_until(phase.day + days) == phase.mails_before + sum(expected)


@given(SEEDS, st.integers(1, 9), st.integers(0, 100))
def test_one_of_every_hundred_mails_lands_in_spam(seed: int, account_id: int, hundreds: int) -> None:
    """Each mail adds none or one, and every full hundred has added one."""
    counts = [rules.spam_until(seed, account_id, 100 * hundreds + n) for n in range(101)]
    assert (counts[0], counts[-1]) == (hundreds, hundreds + 1)
    assert counts == sorted(counts)


@given(SEEDS, PHASES, st.integers(0, 30))
def test_no_figure_of_a_day_exceeds_what_it_is_part_of(seed: int, phase: Phase, later: int) -> None:
    """And replies stay near the reply rate."""
    day = rules.day_of(seed, 1, phase, phase.day + later)
    assert 0 <= day.spam <= day.sent
    assert 0 <= day.saved <= day.received <= day.sent + 1
    mean = day.sent * phase.reply_rate / 100
    assert mean * 0.75 - 1 <= day.replied <= min(day.sent, mean * 1.25 + 1)


# ----------------------------------------------------------------------------------------- figures


def stats(api: Api, account_id: int) -> Any:
    """The figures of a mailbox."""
    return ok(api.get(f"/email-accounts/{account_id}/warmup-stats"))


def sent(api: Api, account_id: int) -> list[int]:
    """Mails per day, oldest first."""
    return [row["sent_count"] for row in stats(api, account_id)["stats_by_date"]]


def warm(api: Api, account_id: int, **settings: Any) -> None:
    """Set the warm-up."""
    ok(api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": True, **settings}))


def details(api: Api, account_id: int) -> Any:
    """The warm-up as the mailbox shows it."""
    return ok(api.get(f"/email-accounts/{account_id}"))["warmup_details"]


def test_the_figures_are_of_today_and_the_seven_days_before(api: Api) -> None:
    """Oldest first, days without mails included, totals as texts that are their sums."""
    freeze(api)
    account_id = box(api, warmup_enabled=True, daily_rampup=5, total_warmup_per_day=12)
    until(api, "05 00:00")
    shown = stats(api, account_id)
    days = shown["stats_by_date"]
    assert [(row["id"], row["date"]) for row in days] == [
        (1, "2026-02-26"), (2, "2026-02-27"), (3, "2026-02-28"), (4, "2026-03-01"), (5, "2026-03-02"),
        (6, "2026-03-03"), (7, "2026-03-04"), (8, "2026-03-05"),
    ]  # fmt: skip
    assert sent(api, account_id) == [0, 0, 0, 0, 3, 8, 12, 12]
    assert (shown["id"], shown["sent_count"]) == (account_id, "35")
    assert int(shown["spam_count"]) + int(shown["inbox_count"]) == 35


def test_total_and_reputation_follow_in_every_view(api: Api) -> None:
    """A hundred mails have one in spam; by id, in the list and in the campaign it is the same."""
    freeze(api)
    account_id, campaign_id = box(api, warmup_enabled=True, total_warmup_per_day=50), api.campaign()
    ok(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]}))
    until(api, "03 09:00")
    for shown in (
        details(api, account_id),
        ok(api.get("/email-accounts/"))[0]["warmup_details"],
        ok(api.get(f"/campaigns/{campaign_id}/email-accounts"))[0]["warmup_details"],
    ):
        figures = [shown[name] for name in ("total_sent_count", "total_spam_count", "warmup_reputation")]
        assert figures == [100, 1, "99%"]
    until(api, "31 09:00")
    assert details(api, account_id)["total_sent_count"] == 30 * 50


def test_each_mailbox_warms_up_on_its_own(api: Api) -> None:
    """What is set for one changes no other; equal settings draw differently."""
    freeze(api)
    ids = [box(api, name) for name in ("ann", "ben", "cleo")]
    for account_id in ids[:2]:
        answer = ok(api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": True}))
        assert answer["emailAccountId"] == account_id
    until(api, "31 09:00")
    first, second, third = (stats(api, account_id) for account_id in ids)
    assert [one["id"] for one in (first, second, third)] == ids
    assert first["sent_count"] == second["sent_count"] == "320"
    assert first["stats_by_date"] != second["stats_by_date"]
    assert third["sent_count"] == "0"


def test_a_change_holds_from_tomorrow_as_todays_mails_went_out(api: Api) -> None:
    """Also switching it off; switched on again on a day without mails it begins at once, where the ramp-up stood."""
    freeze(api)
    account_id = box(api, warmup_enabled=True, total_warmup_per_day=10)
    warm(api, account_id, total_warmup_per_day=20)
    assert sent(api, account_id)[-1] == 10
    until(api, "03 09:00")
    ok(api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": False}))
    until(api, "05 09:00")
    assert sent(api, account_id)[-4:] == [10, 20, 0, 0]
    warm(api, account_id, daily_rampup=1)
    assert sent(api, account_id)[-4:] == [10, 20, 0, MIN_PER_DAY + 2]
    warm(api, account_id, is_rampup_enabled=False)
    until(api, "06 09:00")
    warm(api, account_id, is_rampup_enabled=True)
    until(api, "07 09:00")
    assert sent(api, account_id)[-3:] == [5, 20, MIN_PER_DAY + 4]


def test_settings_that_are_not_sent_stay(api: Api) -> None:
    """They are read under other names."""
    freeze(api)
    account_id = box(api)
    key = details(api, account_id)["warmup_key_id"]
    warm(api, account_id, total_warmup_per_day=35, reply_rate_percentage=38)
    shown = details(api, account_id)
    names = ("status", "warmup_max_count", "max_email_per_day", "reply_rate", "warmup_key_id")
    assert [shown[name] for name in names] == ["ACTIVE", 35, 35, 38, key]
    ok(api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": False, "warmup_key_id": "my-key"}))
    assert [details(api, account_id)[name] for name in names] == ["INACTIVE", 35, 35, 38, "my-key"]


@pytest.mark.parametrize(
    "settings",
    [
        {"total_warmup_per_day": 0}, {"total_warmup_per_day": 51}, {"daily_rampup": 0}, {"daily_rampup": 21},
        {"reply_rate_percentage": 19}, {"reply_rate_percentage": 101}, {"warmup_key_id": ""}, {"warmup_enabled": None},
    ],
    ids=str,
)  # fmt: skip
def test_figures_out_of_bounds_are_refused(api: Api, settings: dict[str, Any]) -> None:
    """The newer reference's bounds; nothing changes."""
    account_id = box(api)
    before = details(api, account_id)
    answer = api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": True, **settings})
    assert (answer.status_code, details(api, account_id)) == (400, before)


def test_the_same_seed_draws_the_same_whatever_is_read_when(api: Api) -> None:
    """Whether a clock goes in one step or in many, and however often the figures are read."""

    def drawn(seed: int, *moments: str) -> Any:
        one = fresh(api.client)
        ok(one.control("PUT", "/settings", {"seed": seed}))
        freeze(one)
        account_id = box(one, warmup_enabled=True, total_warmup_per_day=50)
        shown = [stats(one, account_id) for moment in moments if until(one, moment) is not None]
        return shown[-1]

    assert drawn(7, "20 10:00") == drawn(7, "03 09:00", "11 00:00", "20 08:00")
    assert drawn(7, "20 10:00") != drawn(8, "20 10:00")


def test_the_warm_up_of_a_deleted_mailbox_is_gone(api: Api) -> None:
    """Its figures are not found, nor are rows of it."""
    account_id = box(api, warmup_enabled=True)
    assert api.control("GET", "/state").json()["tables"]["warmup_phase"] == 1
    ok(api.delete(f"/email-accounts/{account_id}"))
    answer = api.get(f"/email-accounts/{account_id}/warmup-stats")
    assert (answer.status_code, answer.json()) == (404, {"message": "Email account not found", "status": "error"})
    assert api.control("GET", "/state").json()["tables"]["warmup_phase"] == 0


# ----------------------------------------------------------------------------------- what happened


class WarmUp(Machine):
    """Whatever is done to a mailbox: mails that were sent stay sent, and only a mailbox that can send, sends."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.account_id = box(api)
        self.sent: dict[str, int] = {}
        self.is_on, self.is_suspended, self.is_connected = False, False, True

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        """Days begin."""
        ok(self.api.control("POST", "/clock/advance", {"hours": hours}))

    @rule(on=st.booleans(), most=st.integers(1, 50), rampup=st.none() | st.integers(1, 20))
    def set_warmup(self, on: bool, most: int, rampup: int | None) -> None:
        """Switch it, change it."""
        more = {} if rampup is None else {"daily_rampup": rampup}
        body = {"warmup_enabled": on, "total_warmup_per_day": most, **more}
        ok(self.api.post(f"/email-accounts/{self.account_id}/warmup", body))
        self.is_on = on

    @rule(suspended=st.booleans())
    def suspend(self, suspended: bool) -> None:
        """Suspend it, or lift that."""
        method, word = ("PUT", "suspend") if suspended else ("DELETE", "unsuspend")
        ok(self.api.request(method, f"/email-accounts/{word}/{self.account_id}"))
        self.is_suspended = suspended

    @rule()
    def disconnect(self) -> None:
        """Its logins fail."""
        ok(self.api.control("POST", f"/email-accounts/{self.account_id}/disconnect"))
        self.is_connected = False

    @rule()
    def reconnect(self) -> None:
        """They work again, unless that was done too often."""
        answer = self.api.post("/email-accounts/reconnect-failed-email-accounts", {})
        self.is_connected = self.is_connected or answer.status_code == 200

    @invariant()
    def what_was_sent_stays(self) -> None:
        """A day's figure changes only from none to some on the day itself, and all together are the total."""
        days = {row["date"]: row["sent_count"] for row in stats(self.api, self.account_id)["stats_by_date"]}
        today = max(days)
        may_send = self.is_on and not self.is_suspended and self.is_connected
        for day, count in days.items():
            known = self.sent.get(day)
            assert known in (None, count) or (known == 0 and day == today and may_send)
        assert days[today] > 0 or not may_send
        self.sent |= days
        shown = details(self.api, self.account_id)
        assert shown["total_sent_count"] >= sum(self.sent.values())
        assert shown["total_spam_count"] <= shown["total_sent_count"] // 100 + 1
        status = ("PAUSED" if self.is_suspended else "ACTIVE") if self.is_on else "INACTIVE"
        assert shown["status"] == status


def test_mails_that_were_sent_stay_sent(api: Api) -> None:
    """The total is that of all days, and a day that is over never changes, whatever is done."""
    run(WarmUp, api, "default", examples=20, steps=20)
