"""Where deliveries may go: local addresses only, however a URL spells another one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.outbox.targets import REFUSED, is_local
from tests.office import in_loop, office
from tests.receivers import raw, receiver

LOCAL = (
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "0.0.0.0",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "fd12:3456::1", "fc00::1",
)  # fmt: skip
NOT_LOCAL = (
    "8.8.8.8", "172.15.255.255", "172.32.0.0", "192.169.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
    "0.0.0.1", "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1", "2001:db8::1",
    "2606:4700::1", "fe80::1", "fe80::1%lo", "ff02::1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::8.8.8.8",
    "::127.0.0.1", "64:ff9b::808:808", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "fd00:ec2::254", "fd20:ce::254",
    "fec0::1",
)  # fmt: skip


def test_local_addresses_are_loopback_and_private_ones() -> None:
    """Not link-local ones, not multicast, not tunnels, and not where clouds hand out credentials."""
    assert [address for address in LOCAL if not is_local(address)] == []
    assert [address for address in NOT_LOCAL if is_local(address)] == []


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_inside_ipv6(address: IPv4Address) -> None:
    """Mapping changes nothing."""
    assert is_local(f"::ffff:{address}") == is_local(str(address))


def watch_connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that sockets of this process try to reach."""
    tried: list[Any] = []
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def watched(sock: socket.socket, address: Any) -> None:
        tried.append(address[0])
        await connect(sock, address)

    monkeypatch.setattr(loop, "sock_connect", watched)
    return tried


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("8.8.8.8", REFUSED), ("169.254.169.254", REFUSED), ("[::ffff:8.8.8.8]", REFUSED), ("[fe80::1]", REFUSED),
        ("[::ffff:a9fe:a9fe]", REFUSED), ("224.0.0.1", REFUSED), ("255.255.255.255", REFUSED),
        ("[64:ff9b::808:808]", REFUSED), ("[::ffff:0:8.8.8.8]", REFUSED), ("0x08080808", REFUSED),
        ("0x8.0x8.0x8.0x8", REFUSED), ("0xa9fea9fe", REFUSED), ("0xA9.254.0251.254", REFUSED),
        ("134744072", "not a usable URL"), ("8.8.2056", "not a usable URL"), ("010.010.010.010", "not a usable URL"),
        ("2852039166", "not a usable URL"), ("８.８.８.８", REFUSED), ("8。8。8。8", REFUSED),
        ("user@8.8.8.8", REFUSED), ("127.0.0.1@8.8.8.8", REFUSED),
    ],
)  # fmt: skip
@in_loop
async def test_public_addresses_are_refused_in_every_notation(
    host: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt fails at once, for good, and says why; no socket is connected to another machine."""
    tried = watch_connects(monkeypatch)
    async with office() as one:
        one.queue(f"http://{host}/")
        assert await one.flush() == {"failed": 1}
        (attempt,) = one.rows("attempt")
        assert reason in attempt["error"]
        assert attempt["status"] is None
        assert tried == []


@pytest.mark.parametrize(
    "url",
    [
        "", "hook", "//127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[::1/",
        "http://127.0.0.1:99999/", "http://" + "a" * 300 + "/", "http://..../", "javascript:alert(1)",
        "tcp://127.0.0.1:1/", "http:/127.0.0.1",
    ],
)  # fmt: skip
@in_loop
async def test_what_is_no_url_fails_for_good(url: str) -> None:
    """It will never work; the attempt says so, and the worker goes on."""
    async with office() as one, receiver() as hook:
        one.queue(url)
        one.queue(hook.url(), webhook_id=2)
        assert await one.flush() == {"failed": 1, "successful": 1}
        assert one.rows("attempt")[0]["error"]


def name_server(monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str]) -> list[str]:
    """Make `hook.example` resolve to these addresses, lookup by lookup; the names that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != "hook.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@in_loop
async def test_a_name_is_only_reached_at_its_local_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public addresses of a name are left out; a name that has no others is refused."""
    tried = watch_connects(monkeypatch)
    name_server(monkeypatch, ["8.8.8.8", "2606:4700::1", "127.0.0.1"], ["8.8.8.8", "fe80::1"])
    async with office() as one, receiver() as hook:
        one.queue(hook.url(host="hook.example"))
        assert await one.flush() == {"successful": 1}
        one.queue("http://hook.example:1/")
        assert await one.flush() == {"failed": 1}
        assert one.rows("attempt")[1]["error"] == REFUSED
        assert hook.requests[0].headers["host"] == f"hook.example:{hook.port}"
        assert set(tried) == {"127.0.0.1"}


@pytest.mark.parametrize("addresses", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]])
@in_loop
async def test_a_name_with_a_local_address_may_be_tried_again(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its public address is as if it were not there."""
    name_server(monkeypatch, addresses)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        async with office() as one:
            one.queue(f"http://hook.example:{free.getsockname()[1]}/")
            assert await one.flush() == {"scheduled_for_retry": 1}


@in_loop
async def test_a_name_is_looked_up_once_per_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another machine the second time it is asked leads nowhere else."""
    tried = watch_connects(monkeypatch)
    asked = name_server(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    async with office() as one, receiver(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as hook:
        one.queue(hook.url(host="hook.example"))
        assert await one.flush() == {"successful": 1}
        assert len(asked) == 1
        assert tried == ["127.0.0.1"]


@in_loop
async def test_any_target_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--webhook-targets any` a public address is tried like others."""
    tried: list[Any] = []

    async def unreachable(_: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise OSError("unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", unreachable)
    async with office(targets="any") as one:
        one.queue("http://8.8.8.8/")
        assert await one.flush() == {"scheduled_for_retry": 1}
        assert set(tried) == {"8.8.8.8"}
