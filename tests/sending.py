"""Campaigns that send, and what they have sent; `02 09:00` is a day, hour and minute of March 2026 in UTC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import _call, _start_over
from tests.recording import RECORDER
from tests.worlds import fresh

Json = dict[str, Any]
WINDOW: Json = {
    "timezone": "UTC", "days_of_the_week": [1, 2, 3, 4, 5], "start_hour": "09:00", "end_hour": "17:00",
    "min_time_btw_emails": 10, "max_new_leads_per_day": 100,
}  # fmt: skip
#: a window that is always open but for the last minute of the day
ALWAYS: Json = {"days_of_the_week": [0, 1, 2, 3, 4, 5, 6], "start_hour": "00:00", "end_hour": "23:59"}


def ok(answer: Any) -> Any:
    """The content of an answer that must be a success."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def moment(text: str) -> str:
    """`02 09:00` in ISO 8601."""
    return f"2026-03-{text.replace(' ', 'T')}:00Z"


def short(text: str) -> str:
    """The reverse of `moment`; what is no whole minute shows."""
    return text[8:16].replace("T", " ") + text[16:].removesuffix(":00.000Z")


def freeze(api: Api, now: str = "02 09:00") -> None:
    """Stop the clock of a workspace without rows; 2026-03-02 is a Monday."""
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": moment(now)}))


def until(api: Api, to: str) -> dict[str, int]:
    """Let the world run to a moment; what happened, by name."""
    events: dict[str, int] = ok(api.control("POST", "/clock/advance", {"to": moment(to)}))["events"]
    return events


def address(name: str) -> str:
    """The whole address of a lead."""
    return name if "@" in name else f"{name}@leads.example"


def box(api: Api, name: str = "ann", **settings: Any) -> int:
    """A mailbox at sender.example."""
    return api.account(f"{name}@sender.example", **settings)


def step(number: int = 1, delay: int = 0, /, **more: Any) -> Json:
    """A step of a sequence; a later one goes on in the thread unless it is given a subject."""
    details = {"seq_number": number, "seq_delay_details": {"delay_in_days": delay}}
    return {**details, "subject": "" if number > 1 else "Hi", "email_body": f"Text {number}", **more}


def steps(*delays: int) -> list[Json]:
    """Steps with these delays in days."""
    return [step(number, delay) for number, delay in enumerate(delays, 1)]


def variants(*percentages: int | None) -> list[Json]:
    """Variants A, B, C, … of a step; subject and body are the label."""
    labels = [chr(ord("A") + n) for n in range(len(percentages))]
    return [
        {"subject": label, "email_body": label, "variant_label": label}
        | ({} if share is None else {"variant_distribution_percentage": share})
        for label, share in zip(labels, percentages, strict=True)
    ]


def set_status(api: Api, campaign_id: int, word: str) -> None:
    """START, PAUSED or STOPPED."""
    ok(api.post(f"/campaigns/{campaign_id}/status", {"status": word}))


def equip(
    api: Api, campaign_id: int, *leads: str, boxes: Sequence[int] = (), sequence: Sequence[Json] = (),
    start: bool = True, settings: Json | None = None, **schedule: Any,
) -> int:  # fmt: skip
    """Give a campaign what it needs, by default one mailbox of its own and one step, and START it; its id."""
    of_campaign = f"/campaigns/{campaign_id}"
    ok(api.post(f"{of_campaign}/schedule", {**WINDOW, **schedule}))
    ok(api.post(f"{of_campaign}/sequences", {"sequences": list(sequence) or [step()]}))
    if settings:
        ok(api.post(f"{of_campaign}/settings", settings))
    attached = {"email_account_ids": list(boxes) or [box(api, f"box{campaign_id}")]}
    ok(api.post(f"{of_campaign}/email-accounts", attached))
    if leads:
        import_leads(api, campaign_id, *leads)
    if start:
        set_status(api, campaign_id, "START")
    return campaign_id


def launch(api: Api, *leads: str, **how: Any) -> int:
    """A new campaign, equipped as `equip` says."""
    return equip(api, api.campaign(), *leads, **how)


def import_leads(api: Api, campaign_id: int, *leads: str, **settings: bool) -> None:
    """Put leads into a campaign; all must be taken."""
    assert api.add(campaign_id, *map(address, leads), **settings)["total_leads"] == len(leads)


def react(api: Api, campaign_id: int, lead: str, word: str, **more: Any) -> dict[str, int]:
    """Let a lead do something with its last mail; what followed, by name."""
    body = {"campaign_id": campaign_id, "email": address(lead), "type": word, **more}
    events: dict[str, int] = ok(api.control("POST", "/events", body))["events"]
    return events


def mails(api: Api, campaign_id: int | None = None, kind: str = "SENT", lead: str | None = None) -> list[Json]:
    """Mails by id, whole."""
    filters: Json = {"campaign_id": campaign_id, "type": kind, "email": lead and address(lead), "limit": 1000}
    query = "&".join(f"{name}={value}".replace("+", "%2B") for name, value in filters.items() if value is not None)
    found: list[Json] = ok(api.control("GET", f"/messages?{query}"))
    return found


def timeline(api: Api, campaign_id: int | None = None, *, boxes: bool = False) -> list[str]:
    """Each mail that was sent as `02 09:00 lead`, with `#2` behind it from step 2 on, and with the mailbox if asked."""
    return [
        f"{short(mail['at'])} {mail['to'].partition('@')[0]}"
        + (f"#{mail['step']}" if mail["step"] > 1 else "")
        + (f" {mail['from'].partition('@')[0]}" if boxes else "")
        for mail in mails(api, campaign_id)
    ]


def rest(api: Api, campaign_id: int, to: str = "20 00:00") -> list[str]:
    """The mails after the first day, up to another."""
    until(api, to)
    return [line for line in timeline(api, campaign_id) if line[:2] > "02"]


def of_lead(api: Api, campaign_id: int, lead: str) -> str:
    """The path of a lead in a campaign."""
    return f"/campaigns/{campaign_id}/leads/{api.lead_id(address(lead))}"


def status(api: Api, campaign_id: int, lead: str | None = None) -> str:
    """The status of a lead in a campaign, or of the campaign."""
    found = api.get(f"/campaigns/{campaign_id}").json() if lead is None else api.row(campaign_id, address(lead))
    return str(found["status"])


def matters_later(
    client: TestClient, operation_id: str, field: str, a: Any, b: Any, *,
    given: Callable[[Api], object], then: Callable[[Api], object], body: Any = None,
) -> None:  # fmt: skip
    """As `matters`, for what shows only in mails and events: `then` lets the world run after the call."""
    api = fresh(client)

    def seen(value: Any) -> list[Any]:
        _start_over(api)
        given(api)
        answer = _call(api, operation_id, field, value, body)
        assert answer.status_code == 200, answer.text
        then(api)
        return [ok(api.control("GET", path)) for path in ("/messages?limit=1000", "/events?limit=1000")]

    first, second, again = seen(a), seen(b), seen(a)
    assert first == again, "the same calls do not bring about the same"
    assert first != second, f"{operation_id} takes {field}, but {a!r} and {b!r} bring about the same"
    if RECORDER is not None:
        RECORDER.proof(operation_id, field)
