"""A mailbox that is removed sends nothing more."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.sending import box, equip, freeze, mails, ok, steps
from tests.worlds import fresh

#: ways to remove a mailbox from the sending of a campaign
WAYS: dict[str, Callable[[Api, int, int], object]] = {
    "detach": lambda api, campaign_id, account_id: ok(
        api.delete(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]})
    ),
    "delete": lambda api, _, account_id: ok(api.delete(f"/email-accounts/{account_id}")),
    "suspend": lambda api, _, account_id: ok(api.request("PUT", f"/email-accounts/suspend/{account_id}")),
    "disconnect": lambda api, _, account_id: ok(api.control("POST", f"/email-accounts/{account_id}/disconnect")),
}


@settings(max_examples=20)
@given(
    st.sampled_from(sorted(WAYS)),
    st.integers(1, 3 * 24 * 60),
    st.integers(0, 2),
    st.integers(1, 9),
    st.integers(5, 90),
)
def test_a_mailbox_that_is_removed_sends_nothing_more(
    client: TestClient, way: str, minutes: int, which: int, leads: int, gap: int
) -> None:
    """Whenever, and in whichever way: from then on only the others send, and they go on."""
    api = fresh(client)
    freeze(api)
    boxes = [box(api, name) for name in ("ann", "ben", "eve")]
    names = [f"lead{n}" for n in range(leads)]
    campaign_id = equip(api, api.campaign(), *names, boxes=boxes, sequence=steps(0, 1, 1), min_time_btw_emails=gap)
    ok(api.control("POST", "/clock/advance", {"minutes": minutes}))
    WAYS[way](api, campaign_id, boxes[which])
    before = {mail["id"] for mail in mails(api, campaign_id) if mail["email_account_id"] == boxes[which]}
    ok(api.control("POST", "/clock/advance", {"days": 21}))
    sent = mails(api, campaign_id)
    assert {mail["id"] for mail in sent if mail["email_account_id"] == boxes[which]} == before
    of_others = [mail for mail in sent if mail["email_account_id"] != boxes[which]]
    held_back = {mail["to"] for mail in sent if mail["id"] in before}
    assert len(of_others) == 3 * len({mail["to"] for mail in of_others} - held_back)
