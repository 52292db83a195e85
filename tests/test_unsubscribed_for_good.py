"""A global unsubscribe cannot be undone through the API, also not by deleting the lead (R; S1)."""

from __future__ import annotations

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
