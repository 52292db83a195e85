"""What stands in a mail: the variant, the thread, the filled-in template, and what is tracked of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import (
    address,
    equip,
    freeze,
    import_leads,
    launch,
    mails,
    matters_later,
    ok,
    react,
    set_status,
    step,
    timeline,
    until,
    variants,
)
from tests.worlds import fresh

TEN = tuple("abcdefghij")


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC."""
    freeze(api)


def labels(api: Api, campaign_id: int | None = None) -> str:
    """The variants of the mails, in the order in which they went out."""
    return "".join(mail["subject"] for mail in mails(api, campaign_id))


def mail_of(api: Api, lead: dict[str, Any] | str = "a", *, settings: Any = None, **texts: str) -> dict[str, Any]:
    """The first mail that a lead gets."""
    given = {"email": address(lead)} if isinstance(lead, str) else {"email": address("a"), **lead}
    campaign_id = launch(api, sequence=[step(**texts)], settings=settings)
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [given]}))
    until(api, "02 10:00")
    return mails(api, campaign_id)[0]


# ------------------------------------------------------------------------------------------ variants


@pytest.mark.parametrize("how", [{"variant_distribution_type": "MANUAL_EQUAL"}, {}])
def test_variants_take_turns(api: Api, how: dict[str, str]) -> None:
    """MANUAL_EQUAL, and where nothing is said; the step's own subject and body are not used."""
    launch(api, *TEN, sequence=[step(seq_variants=variants(None, None, None), **how)])
    until(api, "03 00:00")
    assert labels(api) == "ABCABCABCA"
    assert {mail["body"] for mail in mails(api)} == {"A", "B", "C"}


def test_a_mail_names_its_variant(api: Api) -> None:
    """By the id that the sequence shows; the mail of a step without variants names none."""
    two = [step(seq_variants=variants(None, None)), step(2)]
    campaign_id = launch(api, "a", "b", sequence=two)
    until(api, "03 00:00")
    shown = ok(api.get(f"/campaigns/{campaign_id}/sequences"))
    ids = [one["id"] for one in shown[0]["sequence_variants"]]
    assert [mail["variant_id"] for mail in mails(api) if mail["step"] == 1] == ids
    assert {mail["variant_id"] for mail in mails(api) if mail["step"] == 2} == {None}
    assert {mail["step_id"] for mail in mails(api) if mail["step"] == 2} == {shown[1]["id"]}


@pytest.mark.parametrize(("percentages", "counts"), [
    ((50, 30, 20), {"A": 10, "B": 6, "C": 4}),
    ((30, 20), {"A": 16, "B": 4}),  # below 100 % the rest goes to the first
    ((60, 60, 60), {"A": 12, "B": 8}),  # the last that would pass 100 % is cut to fit
    ((0, 100), {"B": 20}),
    ((0, 50, 0), {"A": 10, "B": 10}),
    ((None, 90), {"A": 2, "B": 18}),
    ((10,) * 12, dict.fromkeys("ABCDEFGHIJ", 2)),  # the first ten
    ((5,) * 12, {"A": 11} | dict.fromkeys("BCDEFGHIJ", 1)),
])  # fmt: skip
def test_percentages_are_met_exactly(api: Api, percentages: tuple[int | None, ...], counts: dict[str, int]) -> None:
    """MANUAL_PERCENTAGE: the first ten variants, in order, until 100 % is reached (S4, DESIGN §7)."""
    how = {"variant_distribution_type": "MANUAL_PERCENTAGE", "seq_variants": variants(*percentages)}
    launch(api, *(f"l{n}" for n in range(20)), sequence=[step(**how)])
    until(api, "03 00:00")
    assert Counter(labels(api)) == counts


def test_percentages_hold_at_every_moment(api: Api) -> None:
    """Not only at the end: no variant is ever a whole mail ahead of its share."""
    how = {"variant_distribution_type": "MANUAL_PERCENTAGE", "seq_variants": variants(60, 40)}
    launch(api, *TEN, sequence=[step(**how)])
    until(api, "03 00:00")
    found = labels(api)
    assert all(abs(found[:n].count("A") - 0.6 * n) < 1 for n in range(1, 11)), found


def ai_equal(metric: str = "REPLY_RATE", sample: int = 40, *more: Any) -> list[dict[str, Any]]:
    """One step with the variants A and B, of which the AI chooses."""
    how = {"lead_distribution_percentage": sample, "winning_metric_property": metric}
    return [step(variant_distribution_type="AI_EQUAL", seq_variants=variants(None, None), **how), *more]


@pytest.mark.parametrize(("metric", "winning", "losing"), [
    ("OPEN_RATE", "open", "reply-interested"), ("CLICK_RATE", "click", "open"), ("REPLY_RATE", "reply", "click"),
    ("POSITIVE_REPLY_RATE", "reply-interested", "reply-not-interested"),
])  # fmt: skip
def test_the_winner_of_the_sample_gets_the_rest(api: Api, metric: str, winning: str, losing: str) -> None:
    """AI_EQUAL: 40 % of ten leads are A, B, A, B; then only the one that is ahead by its metric."""
    campaign_id = launch(api, *TEN, sequence=ai_equal(metric, 40, step(2, 5)), max_new_leads_per_day=4)
    until(api, "02 16:00")
    assert labels(api) == "ABAB"
    for lead, word in (("a", losing), ("c", losing), ("d", winning)):
        react(api, campaign_id, lead, word)
    until(api, "04 16:00")
    assert labels(api) == "ABAB" + "B" * 6


@pytest.mark.parametrize(("share", "sample"), [(11, 2), (20, 2), (21, 3), (50, 5), (100, 10)])
def test_the_sample_is_a_share_of_all_leads_rounded_up(api: Api, share: int, sample: int) -> None:
    """Here every mail of B is opened before the next goes out, as long as A has its turns."""
    leads = [f"{'open' if n % 2 else 'silent'}+{n}@simulator.test" for n in range(10)]
    launch(api, *leads, sequence=ai_equal("OPEN_RATE", share), min_time_btw_emails=20)
    until(api, "03 00:00")
    assert labels(api) == ("AB" * 5)[:sample] + "B" * (10 - sample)


def test_without_any_reaction_the_first_variant_wins(api: Api) -> None:
    """As all are equal."""
    launch(api, *TEN, sequence=ai_equal("OPEN_RATE", 50))
    until(api, "03 00:00")
    assert labels(api) == "ABABA" + "AAAAA"


def test_rates_decide_not_numbers(api: Api) -> None:
    """One reply of one mail beats one reply of two."""
    campaign_id = launch(api, *TEN, sequence=ai_equal("REPLY_RATE", 30, step(2, 5)), max_new_leads_per_day=3)
    until(api, "02 16:00")
    for lead in ("a", "b"):
        react(api, campaign_id, lead, "reply")
    until(api, "03 16:00")
    assert labels(api) == "ABA" + "BBB"


def test_the_winner_is_kept(api: Api) -> None:
    """Whatever happens after it was found."""
    campaign_id = launch(api, *TEN, sequence=ai_equal("REPLY_RATE", 20, step(2, 9)), max_new_leads_per_day=3)
    until(api, "02 16:00")
    for lead in ("a", "c"):
        react(api, campaign_id, lead, "reply")
    until(api, "04 16:00")
    assert labels(api) == "AB" + "A" * 7
    react(api, campaign_id, "b", "reply")
    until(api, "05 16:00")
    assert labels(api)[9:] == "A"


def resave(api: Api, campaign_id: int, sequence: list[dict[str, Any]], *, keep: bool) -> None:
    """Pause, save the steps, with the ids that they have if they are kept, and start again."""
    set_status(api, campaign_id, "PAUSED")
    known = ok(api.get(f"/campaigns/{campaign_id}/sequences"))
    for given, shown in zip(sequence, known, strict=True) if keep else ():
        given["id"] = shown["id"]
        for one, old in zip(given.get("seq_variants", ()), shown["sequence_variants"] or (), strict=True):
            one["id"] = old["id"]
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": sequence}))
    set_status(api, campaign_id, "START")


@pytest.mark.parametrize(("keep", "found"), [(True, "ABCA"), (False, "ABAB")])
def test_variants_that_are_saved_anew_begin_anew(api: Api, keep: bool, found: str) -> None:
    """With their ids they go on where they were."""
    campaign_id = launch(api, *"abcd", sequence=[step(seq_variants=variants(*[None] * 3))], max_new_leads_per_day=2)
    until(api, "02 16:00")
    resave(api, campaign_id, [step(seq_variants=variants(*[None] * 3))], keep=keep)
    until(api, "04 00:00")
    assert labels(api) == found


def test_a_step_that_is_saved_again_looks_for_its_winner_again(api: Api) -> None:
    """By the rates of that moment."""
    campaign_id = launch(api, *TEN, sequence=ai_equal("OPEN_RATE", 20, step(2, 9)), max_new_leads_per_day=4)
    until(api, "02 16:00")
    assert labels(api) == "ABAA"
    react(api, campaign_id, "b", "open")
    resave(api, campaign_id, ai_equal("OPEN_RATE", 20, step(2, 9)), keep=True)
    until(api, "03 16:00")
    assert labels(api)[4:] == "BBBB"


def test_a_manual_step_sends_nothing_and_goes_on(api: Api) -> None:
    """It is an event of the lead; the next step is due after its own delay."""
    launch(api, "a", sequence=[step(), step(2, 1, seq_type="MANUAL"), step(3, 1)])
    assert until(api, "10 00:00")["manual_step_reached"] == 1
    assert timeline(api) == ["02 09:00 a", "04 09:00 a#3"]


# ------------------------------------------------------------------------------------------ threads


def test_a_step_without_a_subject_goes_on_in_the_thread(api: Api) -> None:
    """Its subject is `RE:` once before that of the thread; an own subject begins a new thread."""
    sequence = [step(subject="Offer"), step(2), step(3), step(4, subject="News"), step(5, subject="  ")]
    launch(api, "a", sequence=sequence)
    until(api, "03 00:00")
    first, second, third, fourth, fifth = mails(api)
    found = [mail["subject"] for mail in mails(api)]
    assert found == ["Offer", "RE: Offer", "RE: Offer", "News", "RE: News"]
    assert [mail["answers"] for mail in mails(api)] == [None, first["id"], second["id"], None, fourth["id"]]
    assert {first["thread"], second["thread"], third["thread"]} == {first["id"]}
    assert {fourth["thread"], fifth["thread"]} == {fourth["id"]}


@pytest.mark.parametrize("subject", ["Re: Offer", "RE: RE: Offer", "re:Offer"])
def test_a_subject_never_has_two_prefixes(api: Api, subject: str) -> None:
    """Whoever wrote the first one."""
    launch(api, "a", sequence=[step(subject=subject), step(2)])
    until(api, "03 00:00")
    assert [mail["subject"] for mail in mails(api)] == [subject, "RE: Offer"]


def test_a_thread_is_that_of_one_lead(api: Api) -> None:
    """An answer stands in the thread of the mail that it answers; the follow-up goes on from our own mail."""
    settings = {"stop_lead_settings": "CLICK_ON_A_LINK"}
    campaign_id = launch(api, "a", "b", sequence=[step(), step(2, 1)], settings=settings)
    until(api, "02 12:00")
    react(api, campaign_id, "b", "reply")
    until(api, "04 00:00")
    mail_a, mail_b, _, again_b = mails(api)
    (answer,) = mails(api, kind="REPLY")
    assert mail_a["thread"] != mail_b["thread"]
    assert (answer["thread"], answer["answers"], answer["subject"]) == (mail_b["thread"], mail_b["id"], "RE: Hi")
    assert (answer["from"], answer["to"]) == (mail_b["to"], mail_b["from"])
    assert (again_b["thread"], again_b["answers"]) == (mail_b["thread"], mail_b["id"])


def test_every_mail_has_ids_of_its_own(api: Api) -> None:
    """A Message-ID at the sender's domain and a UUID, both unique."""
    for leads in ("ab", "ac"):
        launch(api, *leads, sequence=[step(), step(2)])
    until(api, "03 00:00")
    found = mails(api)
    assert len({mail["message_id"] for mail in found}) == len({mail["stats_id"] for mail in found}) == len(found) == 8
    assert all(re.fullmatch(r"<[^@<>\s]+@sender\.example>", mail["message_id"]) for mail in found)
    assert all(str(UUID(mail["stats_id"])) == mail["stats_id"] for mail in found)


# ------------------------------------------------------------------------------------------ templates


LEAD = {
    "first_name": "Ann", "company_name": "A & B", "phone_number": 5550,
    "custom_fields": {"Job Title": "CTO", "trap": "{{first_name}} {x|y}", "html": "<b>bold</b>"},
}  # fmt: skip


@pytest.mark.parametrize(("text", "found"), [
    ("{{first_name}}, {{Job Title}} at {{company_name}}", "Ann, CTO at A & B"),
    ("{{email}} {{phone_number}}", "a@leads.example 5550"),
    ("[{{First_Name}}|{{job title}}|{{missing}}|{{last_name}}]", "[|||]"),
    ("{{first_name} {{first_name", "{{first_name} {{first_name"),
    ("{{trap}}", "{{first_name}} {x|y}"),
    ("{{html}}", "<b>bold</b>"),
    ("<p style='x: {y}'>{Hi|Hi} {{first_name}}</p>", "<p style='x: {y}'>Hi Ann</p>"),
])  # fmt: skip
def test_templates_are_filled_in(api: Api, text: str, found: str) -> None:
    """Subject and body alike: exact case, blank without a value, and a value is never expanded itself."""
    mail = mail_of(api, LEAD, subject=text, email_body=text)
    assert (mail["subject"], mail["body"]) == (found, found)
    assert mail["headers"] == {"Content-Type": "text/html"}


def test_a_mail_shows_the_lead_as_it_is_when_it_goes_out(api: Api) -> None:
    """A change between two steps counts for the second."""
    texts = "{{first_name}} {{Note}}"
    campaign_id = launch(api, "a", sequence=[step(email_body=texts), step(2, 1, email_body=texts)])
    until(api, "02 12:00")
    body = {"email": address("a"), "first_name": "Bea", "custom_fields": {"Note": "new"}}
    ok(api.post(f"/campaigns/{campaign_id}/leads/{api.lead_id(address('a'))}", body))
    until(api, "04 00:00")
    assert [mail["body"] for mail in mails(api)] == [" ", "Bea new"]


def test_spintax_depends_on_the_seed_alone(client: TestClient) -> None:
    """Nested choices; the same calls with one seed give the same texts, with another seed others."""
    text = "{red|green {apple|pear}|{blue|dark {grey|black}} sky}"
    options = {"red", "green apple", "green pear", "blue sky", "dark grey sky", "dark black sky"}

    def texts(seed: int) -> list[str]:
        api = fresh(client)
        ok(api.control("PUT", "/settings", {"seed": seed}))
        freeze(api)
        launch(api, *(f"l{n}" for n in range(40)), sequence=[step(email_body=text), step(2, email_body=text)])
        until(api, "05 00:00")
        return [mail["body"] for mail in mails(api)]

    first, other = texts(1), texts(2)
    assert first == texts(1) != other
    assert set(first) == options
    assert first[:40] != first[40:]


# ------------------------------------------------------------------------------------------ plain text, unsubscribing


HTML = '<p>Hi <b>{{first_name}}</b></p><a href="https://one.example/">more</a>'


@pytest.mark.parametrize("setting", ["send_as_plain_text", "force_plain_text"])
def test_plain_text_has_no_markup_and_tracks_nothing(api: Api, setting: str) -> None:
    """No pixel, no rewritten link: nobody sees an open or a click; a reply is seen."""
    leads = ["open@simulator.test", "click@simulator.test", "reply@simulator.test"]
    campaign_id = launch(api, *leads, sequence=[step(email_body=HTML), step(2, 9)], settings={setting: True})
    assert until(api, "03 00:00") == {"sent": 3, "replied": 1, "stopped": 1}
    assert [mail["body"] for mail in mails(api)] == ["Hi\nmore (https://one.example/)"] * 3
    assert {mail["headers"]["Content-Type"] for mail in mails(api)} == {"text/plain"}
    body = {"campaign_id": campaign_id, "email": leads[2]}
    for word in ("open", "click"):
        assert api.control("POST", "/events", {**body, "type": word}).status_code == 409


def test_the_unsubscribe_text_is_a_link_of_its_own_mail(api: Api) -> None:
    """At the end of the body, in the form that the body has; without a text there is none."""
    settings = {"unsubscribe_text": "No <more>"}
    mail, plain = mail_of(api, settings=settings), mail_of(api, settings={**settings, "send_as_plain_text": True})
    link = f"https://unsubscribe.simulator.test/{mail['stats_id']}"
    assert mail["body"] == f'Text 1<p><a href="{link}">No &lt;more&gt;</a></p>'
    assert plain["body"] == f"Text 1\n\nNo <more>: https://unsubscribe.simulator.test/{plain['stats_id']}"
    assert mail_of(api)["body"] == "Text 1"


@pytest.mark.parametrize("wanted", [True, False])
def test_the_unsubscribe_tag_is_a_header(api: Api, wanted: bool) -> None:
    """List-Unsubscribe, with the mail's own link."""
    mail = mail_of(api, settings={"add_unsubscribe_tag": wanted})
    link = f"<https://unsubscribe.simulator.test/{mail['stats_id']}>"
    assert mail["headers"].get("List-Unsubscribe") == (link if wanted else None)


# ------------------------------------------------------------------------------------------ each setting matters


ONE_STEP = {"sequences": ai_equal()}


@pytest.mark.parametrize(("field", "a", "b"), [
    ("variant_distribution_type", "MANUAL_EQUAL", "MANUAL_PERCENTAGE"), ("lead_distribution_percentage", 20, 60),
    ("winning_metric_property", "OPEN_RATE", "CLICK_RATE"), ("seq_type", "EMAIL", "MANUAL"),
])  # fmt: skip
def test_what_a_step_says_shows_in_its_mails(client: TestClient, field: str, a: str | int, b: str | int) -> None:
    """Each field of a step that no operation shows."""
    leads = ("open@simulator.test", "click@simulator.test", *TEN)

    def given(api: Api) -> None:
        freeze(api)
        campaign_id = equip(api, api.campaign(), start=False)
        import_leads(api, campaign_id, *leads)

    def then(api: Api) -> None:
        set_status(api, 1001, "START")
        until(api, "04 00:00")

    matters_later(
        client, "save_campaign_sequences", f"sequences[].{field}", a, b, given=given, then=then, body=ONE_STEP
    )  # fmt: skip


@pytest.mark.parametrize("field", ["force_plain_text", "add_unsubscribe_tag"])
def test_what_a_setting_says_shows_in_its_mails(client: TestClient, field: str) -> None:
    """Each setting of the mail that no operation shows."""

    def given(api: Api) -> None:
        freeze(api)
        launch(api, "open@simulator.test", sequence=[step(email_body=HTML)])

    matters_later(
        client, "update_campaign_settings", field, True, False, given=given, then=lambda api: until(api, "03 00:00")
    )  # fmt: skip
