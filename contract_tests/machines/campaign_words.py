"""What the stories about campaigns are told with: names, windows, settings and steps, awkward ones among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

index = st.integers(0, 5)
#: endings of names
endings = st.sampled_from(("", " ü–東京 🚀", " <b>&amp;</b>", ' "quoted"', " %s {{x}}", " " + "x" * 200))

_HOURS = (("00:00", "23:59"), ("09:00", "17:00"), ("08:30", "08:31"), ("22:00", "23:00"), ("00:00", "00:01"))
_ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin")
_STARTS = (None, "2026-01-05T00:00:00.000Z", "2026-03-04T09:00:00Z", "2026-04-01T09:00:00+05:30")
#: valid schedules; what the document of an edition lacks is taken out before they are sent
windows = st.builds(
    lambda zone, days, hours, more: {
        "timezone": zone, "days_of_the_week": days, "start_hour": hours[0], "end_hour": hours[1], **more,
    },
    st.sampled_from(_ZONES), st.lists(st.integers(0, 7), min_size=1, max_size=7, unique=True),
    st.sampled_from(_HOURS),
    st.fixed_dictionaries(
        {},
        optional={
            "min_time_btw_emails": st.sampled_from((3, 4, 10, 1440)),
            "max_new_leads_per_day": st.sampled_from((1, 2, 50, 100_000)),
            "schedule_start_time": st.sampled_from(_STARTS),
        },
    ),
)  # fmt: skip
#: what makes a schedule one that is refused (S1; three minutes are the least, observed), and the text, where told
BAD_WINDOWS: tuple[tuple[Json, str], ...] = (
    ({"timezone": "Mars/Base"}, "Invalid timezone - Mars/Base"), ({"timezone": ""}, ""),
    ({"start_hour": "24:00"}, "Invalid start_hour - 24:00"), ({"start_hour": "9:00"}, "Invalid start_hour - 9:00"),
    ({"end_hour": "17:60"}, "Invalid end_hour - 17:60"), ({"end_hour": "5pm"}, "Invalid end_hour - 5pm"),
    ({"start_hour": "17:01", "end_hour": "17:00"}, "startHour cannot be greater than endHour"),
    ({"days_of_the_week": []}, ""), ({"days_of_the_week": [8]}, ""), ({"days_of_the_week": [-1]}, ""),
    ({"days_of_the_week": "1,2"}, ""), ({"min_time_btw_emails": 2}, ""), ({"max_new_leads_per_day": 0}, ""),
    ({"max_new_leads_per_day": -5}, ""), ({"schedule_start_time": "tomorrow"}, ""), ({"client_id": 1}, ""),
)  # fmt: skip

_flag = st.booleans()
#: valid settings, in any combination that names each thing once
settings = st.fixed_dictionaries(
    {},
    optional={
        "track_settings": st.lists(
            st.sampled_from(("DONT_TRACK_EMAIL_OPEN", "DONT_TRACK_LINK_CLICK", "DONT_TRACK_REPLY_TO_AN_EMAIL")),
            unique=True, max_size=3,
        ),
        "stop_lead_settings": st.sampled_from(("REPLY_TO_AN_EMAIL", "CLICK_ON_A_LINK", "OPEN_AN_EMAIL")),
        "unsubscribe_text": st.sampled_from(("", "No more, please", "Abmelden – hier")),
        "send_as_plain_text": _flag,
        "follow_up_percentage": st.sampled_from((0, 1, 40, 99, 100)),
        "enable_ai_esp_matching": _flag,
        "auto_pause_domain_leads_on_reply": _flag,
        "ignore_ss_mailbox_sending_limit": _flag,
        "domain_level_rate_limit": _flag,
        "add_unsubscribe_tag": _flag,
        "out_of_office_detection_settings": st.sampled_from(
            ({"ignoreOOOasReply": True}, {"autoReactivateOOO": True, "autoCategorizeOOO": False})
        ),
    },
)  # fmt: skip
BAD_SETTINGS: tuple[tuple[Json, str], ...] = (
    ({"track_settings": ["DONT_EMAIL_OPEN"]}, "Invalid track_settings value - DONT_EMAIL_OPEN"),
    ({"track_settings": ["DONT_TRACK_LINK_CLICK", "NOTHING"]}, "Invalid track_settings value - NOTHING"),
    ({"stop_lead_settings": "NEVER"}, "Invalid stop_lead_settings value - NEVER"),
    ({"follow_up_percentage": 101}, ""), ({"follow_up_percentage": -1}, ""), ({"send_as_plain_text": "maybe"}, ""),
    ({"enable_ai_esp_matching": None}, ""), ({"nonsense": 1}, ""), ({"status": "ACTIVE"}, ""),
    ({"out_of_office_detection_settings": {"autoReactivateOOO": True, "autoCategorizeOOO": True}}, ""),
)  # fmt: skip

BAD_STATUS_WORDS = ("DRAFTED", "COMPLETED", "ARCHIVED", "start", "PAUSE", "", None, 1)

_texts = st.sampled_from(
    ("Hello {{first_name}}", "", "{Hi|Hey} ü東", "<p>Follow <a href='https://x.example'>up</a></p>")
)
_variants = st.lists(
    st.fixed_dictionaries(
        {"subject": _texts, "email_body": _texts},
        optional={
            "variant_distribution_percentage": st.sampled_from((0, 1, 50, 100)),
            "optional_email_body_1": st.sampled_from((None, "other")),
        },
    ),
    min_size=1, max_size=3,
)  # fmt: skip
_step = st.fixed_dictionaries(
    {"delay": st.sampled_from((0, 0, 1, 2, 3, 365))},
    optional={
        "subject": _texts, "email_body": _texts, "seq_variants": _variants,
        "variant_distribution_type": st.sampled_from(("MANUAL_EQUAL", "MANUAL_PERCENTAGE")),
    },
)  # fmt: skip


def _numbered(drawn: list[Json]) -> list[Json]:
    steps = []
    for number, one in enumerate(drawn, 1):
        step = {name: value for name, value in one.items() if name not in ("delay", "seq_variants")}
        step |= {"seq_number": number, "seq_delay_details": {"delay_in_days": one["delay"]}}
        if "seq_variants" in one:
            labels = "ABCDEF"
            step["seq_variants"] = [
                {**variant, "variant_label": labels[place]} for place, variant in enumerate(one["seq_variants"])
            ]
        steps.append(step)
    return steps


#: valid sequences, all steps new
sequences = st.lists(_step, max_size=3).map(_numbered)
ONE_STEP: list[Json] = [
    {
        "seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "Question",
        "email_body": "<p>Hi {{first_name}}</p>",
    }
]  # fmt: skip
#: what makes a first step one that is refused
BAD_STEPS: tuple[Json, ...] = (
    {"seq_number": 0}, {"seq_number": -1}, {"seq_number": "first"}, {"seq_delay_details": {"delay_in_days": -1}},
    {"seq_delay_details": {"delay_in_days": 366}}, {"seq_delay_details": {"delayInDays": 1}},
    {"seq_variants": [{"email_body": "no subject", "variant_label": "A"}]}, {"id": 999_999_999_999}, {"id": 0},
    {"sequence_variants": []}, {"variant_distribution_type": "FAIR"},
)  # fmt: skip

#: ids of no mailbox
BAD_BOXES: tuple[Any, ...] = ([999_999_999_999], [], [0], ["x"], None, [-1])
BAD_CAMPAIGNS: tuple[Json, ...] = (
    {"name": 5}, {"name": "x" * 256}, {"name": "x", "client_id": 0}, {"name": "x", "status": "ACTIVE"},
)  # fmt: skip
