"""Connections to the public internet alone: whoever sets up a webhook must not reach what only this machine does."""

from __future__ import annotations

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp import TCPConnector

NAT64 = IPv6Network("64:ff9b::/96")


def public_only() -> TCPConnector:
    return TCPConnector(socket_factory=public_socket, force_close=True)


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """For one that getaddrinfo told. Asked at each connect, with the very address of the connection: a name that is
    resolved anew cannot point elsewhere then, and an address that is written out is asked about too."""
    family, kind, protocol, _, (host, *_) = address
    if not is_public(str(host)):
        raise OSError(errno.EACCES, "not a public address")
    return socket.socket(family, kind, protocol)


def is_public(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    return _is_global(_meant(address) if isinstance(address, IPv6Address) else address)


def _meant(address: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, or itself."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or is_site_local)
