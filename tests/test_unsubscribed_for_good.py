"""A global unsubscribe cannot be undone through the API, also not by deleting the lead (R; S1)."""

from __future__ import annotations

import pytest

from tests.conftest import Api


def test_deleting_the_lead_does_not_undo_it(api: Api) -> None:
    """The address is refused by later imports, unless the check is skipped; twice deleted is no error."""
    first, second = api.campaign(), api.campaign()
    api.add(first, "ana@example.com")
    lead = api.lead_id("ana@example.com")
    assert api.post(f"/leads/{lead}/unsubscribe").status_code == 200
    assert api.delete(f"/campaigns/{first}/leads/{lead}").status_code == 200
    assert api.get("/leads/", params={"email": "ana@example.com"}).json() == {}
    assert api.add(second, "Ana@example.com", "ben@example.com")["unsubscribed_leads"] == ["ana@example.com"]
    assert api.add(second, "ana@example.com", ignore_unsubscribe_list=True)["total_leads"] == 1
    again = api.lead_id("ana@example.com")
    assert api.post(f"/leads/{again}/unsubscribe").status_code == 200
    assert api.delete(f"/campaigns/{second}/leads/{again}").status_code == 200
    assert api.add(first, "ana@example.com")["unsubscribed_leads"] == ["ana@example.com"]


@pytest.mark.parametrize("word", ["NOT_CONTACTED", "IN_PROGRESS", "INPROGRESS"])
@pytest.mark.parametrize("everywhere", [False, True])
def test_no_hand_sets_an_unsubscribed_lead_running(api: Api, word: str, everywhere: bool) -> None:
    """The call succeeds and says in a hint that the status stays; ending the sequence by hand still works."""
    campaign = api.campaign()
    api.add(campaign, "ana@example.com")
    lead = api.lead_id("ana@example.com")
    path = f"/campaigns/{campaign}/leads/{lead}"
    assert api.post(f"{path}/pause").status_code == 200
    assert api.post(f"/leads/{lead}/unsubscribe" if everywhere else f"{path}/unsubscribe").status_code == 200
    answer = api.patch(f"{path}/status", {"status": word})
    assert (answer.status_code, answer.headers["x-mock-hint"]) == (200, "The status stays PAUSED.")
    assert api.row(campaign, "ana@example.com")["status"] == "PAUSED"
    assert api.patch(f"{path}/status", {"status": "COMPLETED"}).status_code == 200
    assert api.row(campaign, "ana@example.com")["status"] == "COMPLETED"


def test_every_view_of_the_lead_shows_it(api: Api) -> None:
    """The export, the lead by id and the list of the account, before and after."""
    campaign = api.campaign()
    api.add(campaign, "ana@example.com")
    lead = api.lead_id("ana@example.com")

    def shown() -> list[bool]:
        [listed] = api.get("/leads/all").json()["data"]["leads"]
        [alone] = api.get(f"/leads/{lead}").json()["data"]
        row = api.get(f"/campaigns/{campaign}/leads-export").text.splitlines()[1]
        return [listed["is_unsubscribed"], alone["is_unsubscribed"], ",true," in row]

    assert shown() == [False, False, False]
    assert api.post(f"/leads/{lead}/unsubscribe").status_code == 200
    assert shown() == [True, True, True]
