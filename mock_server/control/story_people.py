"""The people of a story: names, companies and addresses that exist nowhere, the same for the same seed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mock_server import rng

_POOL = 300
_COMPANIES = 200
#: a prime above every pool, so that its multiples pass through all pairs of names before one comes again
_STRIDE = 7919
_SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000")


def _slug(text: str) -> str:
    """What of a text may stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "")).strip("-")


@dataclass(frozen=True, slots=True)
class People:
    """Pools that persons are put together from, by number; no two of them have one address."""

    seed: int
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    places: tuple[str, ...]
    job_titles: tuple[str, ...]

    def name(self, group: str, place: int) -> tuple[str, str]:
        """The first and last name of the person at a place of a group; no two in a group have the same."""
        firsts, lasts = len(self.first_names), len(self.last_names)
        first, last = divmod((rng.number(self.seed, "names", group) + place * _STRIDE) % (firsts * lasts), lasts)
        return self.first_names[first], self.last_names[last]

    def lead(self, number: int, reacts: str = "") -> dict[str, Any]:
        """The lead of a number, as an import takes it; `reacts` makes the address a simulator's."""
        place, at = divmod(number, len(self.companies))
        company = self.companies[at]
        first, last = self.name(company, place)
        domain = _slug(company) + (".simulator.test" if reacts else ".example.com")
        draw = rng.number(self.seed, "lead", number)
        return {
            "email": f"{reacts}+{_local(first, last)}@{domain}" if reacts else f"{_local(first, last)}@{domain}",
            "first_name": first,
            "last_name": last,
            "phone_number": f"+1-202-555-{100 + draw % 100:04}",
            "company_name": company,
            "website": f"https://{domain}",
            "location": self.places[draw // 100 % len(self.places)],
            "custom_fields": {
                "job_title": self.job_titles[draw // 100_000 % len(self.job_titles)],
                "company_size": _SIZES[at % len(_SIZES)],
            },
        }

    def mailbox(self, number: int, domain: str) -> dict[str, Any]:
        """What the save of a mailbox requires, with servers of its domain that let it in."""
        first, last = self.name("mailboxes", number)
        address = f"{_local(first, last)}@{domain}"
        return {
            "from_name": f"{first} {last}", "from_email": address, "user_name": address, "password": "not-a-secret",
            "smtp_host": f"smtp.{domain}", "smtp_port": 465, "imap_host": f"imap.{domain}", "imap_port": 993,
            "warmup_enabled": False,
        }  # fmt: skip


def _local(first: str, last: str) -> str:
    return f"{_slug(first)}.{_slug(last)}"


@lru_cache(maxsize=8)
def people_of(seed: int) -> People:
    """The people of a seed. The first time takes a fifth of a second, most of it for the import of Faker."""
    from faker import Faker  # late, because a server that tells no story starts without it

    faker = Faker("en_US")
    faker.seed_instance(rng.number(seed, "people"))

    def pool(draw: Callable[[], str], draws: int) -> tuple[str, ...]:
        """Texts that differ also as parts of addresses."""
        return tuple({_slug(text): text for text in (draw() for _ in range(draws))}.values())

    return People(
        seed,
        first_names=pool(faker.first_name, _POOL),
        last_names=pool(faker.last_name, _POOL),
        companies=pool(faker.company, _COMPANIES),
        places=pool(lambda: f"{faker.city()}, {faker.state_abbr()}", _POOL),
        job_titles=pool(faker.job, _POOL),
    )
