"""Bounces: a campaign is paused when their share of its mails passes its threshold, and not before (R, R1)."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading

#: leads, threshold in percent, and the bounces that the campaign bears
_CASES = ((4, "25", 1), (5, "40", 2), (3, "20", 0))


def bounces(reading: Reading) -> Iterator[Finding]:
    """Let mails bounce one by one, in campaigns of our own."""
    do, name = reading.director, "update_campaign_settings"
    if do is None:
        return
    for leads, threshold, most in _CASES:
        campaign = do.campaign(2, (do.mailbox(),))
        do.call(name, {"bounce_autopause_threshold": threshold}, campaign_id=campaign)
        addresses = [do.address("bounces") for _ in range(leads)]
        do.leads(campaign, [{"email": address} for address in addresses])
        do.start(campaign)
        do.advance(hours=2)
        for count, address in enumerate(addresses[: most + 1], 1):
            do.happens(campaign, address, "bounce")
            status = do.tell("get_campaign", do.call("get_campaign", campaign_id=campaign), "status")
            reading.held("bounces", name)
            is_paused = status == "PAUSED"
            if is_paused != (count > most):
                message = f"{status} after {count} bounces of {leads} mails with a threshold of {threshold} %"
                reading.wrong("bounces", name, message, do.story[-1])
    yield from reading.taken()
