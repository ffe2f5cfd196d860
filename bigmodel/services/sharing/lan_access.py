"""Who may ask a demo that was opened to the local network, and whether it can be opened at all; it serves nothing itself.

A code lets one phone in, once: it is exchanged for a pass, of which only a hash is kept here. Wrong codes
are counted for each address. Everything ends when the door is closed.
"""

import ipaddress
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Protocol

import psutil

from bigmodel.core.errors import ModelError
from bigmodel.settings import Settings

TOKEN_BYTES = 16
CODE_S = 600.0  # a code that nobody used
WRONG_CODES = 5
WRONG_S = 300.0
NOW_S = 120.0  # a phone that asked within this time is in use now
MOST_ADDRESSES = 1_000  # that are remembered for wrong codes
# Interfaces of virtual machines, containers and tunnels lead to no phone.
VIRTUAL = (
    "lo", "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "utun", "tun", "tap", "wg",
    "tailscale", "zt", "awdl", "llw", "vethernet",
)  # fmt: skip
PREFERRED = ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12")


@dataclass(frozen=True)
class DoorState:
    """What is to be said of an open door. `left_s` is the time until it closes by itself."""

    devices: int
    devices_now: int
    answered_at: float | None  # seconds of the wall clock
    has_code: bool
    left_s: float


class Door:
    """Lets phones in by codes. All methods may be called from several threads.

    Args:
        idle_s: without a question for this long the door is to be closed.
        clock: seconds that never go back.
    """

    def __init__(self, idle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_s = idle_s
        self._clock = clock
        self._lock = threading.Lock()
        self._code, self._code_until = "", 0.0
        self._passes: dict[str, float] = {}  # hash of a pass: when it was last shown
        self._wrong: dict[str, list[float]] = {}  # address: when wrong codes came from it
        self._used_at = clock()
        self._answered_at: float | None = None
        self._is_open = True

    def new_code(self) -> str:
        """Return a code that lets one phone in; the one before it is void.

        Raises:
            ModelError: `phone_is_closed`.
        """
        with self._lock:
            if not self._is_open:
                raise ModelError("phone_is_closed")
            self._code = secrets.token_urlsafe(TOKEN_BYTES)
            self._code_until = self._clock() + CODE_S
            self._used_at = self._clock()
            return self._code

    def enter(self, code: str, address: str) -> str:
        """Take a code and return the pass of the phone that showed it.

        Raises:
            ModelError: `phone_code_wrong`, or `phone_code_limited` after too many of them.
        """
        with self._lock:
            now = self._clock()
            wrong = [at for at in self._wrong.get(address, ()) if now - at < WRONG_S]
            if len(wrong) >= WRONG_CODES:
                raise ModelError("phone_code_limited")
            is_known = bool(self._code) and now < self._code_until and self._is_open
            if not (
                compare_digest(code.encode("utf-8", "replace"), self._code.encode()) and is_known
            ):
                self._remember(address, [*wrong, now])
                raise ModelError("phone_code_wrong")
            self._code = ""
            self._wrong.pop(address, None)
            shown = secrets.token_urlsafe(TOKEN_BYTES)
            self._passes[_hashed(shown)] = self._used_at = now
            return shown

    def admits(self, shown: str) -> bool:
        """Return whether this is the pass of a phone that was let in."""
        with self._lock:
            known = _hashed(shown)
            if not self._is_open or known not in self._passes:
                return False
            self._passes[known] = self._used_at = self._clock()
            return True

    def answered(self) -> None:
        """Note that a question was answered."""
        with self._lock:
            self._used_at = self._clock()
            self._answered_at = time.time()

    def close(self) -> None:
        """Close the door: no new visitor, and no further question of those inside."""
        with self._lock:
            self._is_open = False
            self._code = ""
            self._passes.clear()

    @property
    def state(self) -> DoorState:
        with self._lock:
            now = self._clock()
            return DoorState(
                devices=len(self._passes),
                devices_now=sum(now - seen < NOW_S for seen in self._passes.values()),
                answered_at=self._answered_at,
                has_code=bool(self._code) and now < self._code_until,
                left_s=max(0.0, self._used_at + self._idle_s - now) if self._is_open else 0.0,
            )

    def _remember(self, address: str, wrong: list[float]) -> None:
        self._wrong.pop(address, None)
        self._wrong[address] = wrong
        while len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]


class Network(Protocol):
    """What this machine says of its network."""

    def addresses(self) -> list[tuple[str, str]]:
        """Return (interface, IPv4 address) of every interface that is up."""

    def preferred(self) -> str:
        """Return the address from which this machine would reach others, or an empty text."""

    def is_contained(self) -> bool:
        """Tell whether this process runs in a container."""


class OwnNetwork:
    """The network of this machine, as the system tells it; nothing is sent."""

    def addresses(self) -> list[tuple[str, str]]:
        up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
        return [
            (name, one.address)
            for name, found in psutil.net_if_addrs().items()
            for one in found
            if one.family == socket.AF_INET and name in up
        ]

    def preferred(self) -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(
                    ("192.0.2.1", 9)
                )  # chooses a way; a datagram socket sends nothing yet
            except OSError:
                return ""
            return str(probe.getsockname()[0])

    def is_contained(self) -> bool:
        return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def lan_address(settings: Settings, network: Network) -> str:
    """Return the address on which phones of the same network can reach this machine.

    Raises:
        ModelError: `phone_hosted`, `phone_in_container` or `phone_no_network`.
    """
    if (
        settings.space_id or settings.sign_in
    ):  # one door for all people would tell them of each other
        raise ModelError("phone_hosted")
    if settings.phone_host:
        return settings.phone_host
    if settings.behind_loopback or network.is_contained():
        raise ModelError("phone_in_container")
    found = [
        address
        for name, address in network.addresses()
        if not name.lower().startswith(VIRTUAL) and is_near(address)
    ]
    if not found:
        raise ModelError("phone_no_network")
    preferred = network.preferred()
    return preferred if preferred in found else min(found, key=_rank)


def is_near(address: str) -> bool:
    """Return whether an address is one of a local network, and not of this machine alone."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    return read.is_private and not (read.is_loopback or read.is_link_local or read.is_unspecified)


def _rank(address: str) -> int:
    read = ipaddress.ip_address(address)
    places = (place for place, net in enumerate(PREFERRED) if read in ipaddress.ip_network(net))
    return next(places, len(PREFERRED))


def _hashed(shown: str) -> str:
    return sha256(shown.encode()).hexdigest()
