"""Which addresses webhooks may reach: this machine and its private networks, unless every target is allowed."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

Targets = Literal["local", "any"]
REFUSED = "public targets need --webhook-targets any"

#: written down, because what `ipaddress` calls private also has link-local, documentation and tunnel addresses in it;
#: the unspecified addresses are what receivers print that listen everywhere, and lead to this machine only
_LOCAL = [
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0", "::1", "::", "fc00::/7")
]
#: where cloud providers hand out credentials, inside fc00::/7
_METADATA = [ip_network(text) for text in ("fd00:ec2::/32", "fd00:c1::/32", "fd20:ce::/32")]
#: names are looked up in threads: one that hangs must not hold back the others
_LOOKUPS = 32
#: seconds for which a name's addresses are kept, so that many attempts at once make one lookup
_KEEP_NAMES = 1
#: seconds an unused connection is kept; common receivers close theirs after 2 to 5
_KEEP_CONNECTIONS = 1.0
#: seconds a connection rests before it is used again: receivers that close after an answer without announcing it
#: are noticed meanwhile, and do not cost the next delivery a retry
_REST = 0.02


class TargetRefusedError(OSError):
    """The address may not be reached."""


def is_local(address: str) -> bool:
    """Whether an address is of this machine or of a private network; an IPv4 address inside an IPv6 one counts."""
    found = ip_address(address)
    found = (found.ipv4_mapped if found.version == 6 else None) or found
    return any(found in network for network in _LOCAL) and not any(found in network for network in _METADATA)


class TargetConnector(TCPConnector):
    """Connections of webhooks.

    A name is looked up at most once per attempt, and the connection goes to an address that this lookup gave. Every
    socket is checked as it is made, however its address was written.
    """

    def __init__(self, targets: Targets) -> None:
        self._may_reach = is_local if targets == "local" else lambda _: True
        self._lookup = _Resolver(self)
        super().__init__(
            resolver=self._lookup, socket_factory=self._open, ttl_dns_cache=_KEEP_NAMES, limit=0,
            keepalive_timeout=_KEEP_CONNECTIONS,
        )  # fmt: skip

    def reachable(self, addresses: list[ResolveResult]) -> list[ResolveResult]:
        """The addresses that may be reached; raises TargetRefusedError when none may."""
        found = [one for one in addresses if self._may_reach(one["host"])]
        if not found:
            raise TargetRefusedError(REFUSED)
        return found

    def _open(self, info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._may_reach(str(address[0])):
            raise TargetRefusedError(REFUSED)
        return socket.socket(family, kind, protocol)

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        """Take a connection back after its rest."""
        release = partial(super()._release, key, protocol, should_close=should_close)
        if should_close or protocol.should_close:
            release()
        else:
            self._loop.call_later(_REST, release)

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Close all connections."""
        await super().close(abort_ssl=abort_ssl)
        await self._lookup.close()


class _Resolver(AbstractResolver):
    """The machine's own lookups, less what may not be reached."""

    def __init__(self, connector: TargetConnector) -> None:
        self._connector = connector
        self._threads = ThreadPoolExecutor(_LOOKUPS, "webhook-lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name that may be reached; raises OSError."""
        look_up = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return self._connector.reachable([
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=found, proto=protocol, flags=0)
            for found, _, protocol, _, address in infos
        ])  # fmt: skip

    async def close(self) -> None:
        """Let the threads go; a lookup that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
