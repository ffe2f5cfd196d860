"""Who may ask an opened demo: one phone a code, once, until it is closed; and when it cannot be opened at all."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bigmodel.core.errors import ModelError
from bigmodel.services.sharing.lan_access import (
    CODE_S,
    NOW_S,
    WRONG_CODES,
    WRONG_S,
    Door,
    is_near,
    lan_address,
)
from bigmodel.settings import Settings

PHONE = "192.168.1.20"


@dataclass
class Clock:
    """Time that passes only when told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class FakeNetwork:
    found: tuple[tuple[str, str], ...] = (("wlan0", "192.168.1.5"),)
    way: str = ""
    contained: bool = False

    def addresses(self) -> list[tuple[str, str]]:
        return list(self.found)

    def preferred(self) -> str:
        return self.way

    def is_contained(self) -> bool:
        return self.contained


def door() -> tuple[Door, Clock]:
    clock = Clock()
    return Door(900.0, clock), clock


def key_of(error: pytest.ExceptionInfo[ModelError]) -> str:
    return error.value.key


def test_code_lets_in_one_phone_once() -> None:
    opened, _ = door()
    code = opened.new_code()
    assert opened.admits(opened.enter(code, PHONE))
    with pytest.raises(ModelError) as wrong:
        opened.enter(code, "192.168.1.21")
    assert key_of(wrong) == "phone_code_wrong"
    assert opened.state.devices == 1


def test_new_code_makes_the_old_one_void() -> None:
    opened, _ = door()
    first, second = opened.new_code(), opened.new_code()
    with pytest.raises(ModelError):
        opened.enter(first, PHONE)
    assert opened.enter(second, PHONE)


def test_code_grows_old() -> None:
    opened, clock = door()
    code = opened.new_code()
    clock.now += CODE_S
    assert not opened.state.has_code
    with pytest.raises(ModelError):
        opened.enter(code, PHONE)


def test_codes_have_128_bits_and_differ() -> None:
    opened, _ = door()
    codes = {opened.new_code() for _ in range(20)}
    assert len(codes) == 20
    assert min(map(len, codes)) >= 22  # letters of base64 that hold 16 bytes


def test_wrong_codes_are_counted_for_each_address() -> None:
    opened, clock = door()
    code = opened.new_code()
    for guess in ("", "x", "ü", "y", "z")[:WRONG_CODES]:
        with pytest.raises(ModelError):
            opened.enter(guess, PHONE)
    with pytest.raises(ModelError) as limited:
        opened.enter(code, PHONE)
    assert key_of(limited) == "phone_code_limited"
    clock.now += WRONG_S
    assert opened.enter(code, PHONE)


def test_other_address_is_not_limited() -> None:
    opened, _ = door()
    code = opened.new_code()
    for _ in range(WRONG_CODES):
        with pytest.raises(ModelError):
            opened.enter("guess", PHONE)
    assert opened.enter(code, "192.168.1.30")


@pytest.mark.parametrize("shown", ["", "guess", "None"])
def test_made_up_pass_is_not_admitted(shown: str) -> None:
    opened, _ = door()
    opened.enter(opened.new_code(), PHONE)
    assert not opened.admits(shown)


def test_closed_door_admits_nobody() -> None:
    opened, _ = door()
    code, shown = opened.new_code(), ""
    shown = opened.enter(code, PHONE)
    opened.close()
    assert not opened.admits(shown)
    assert opened.state.left_s == 0
    with pytest.raises(ModelError):
        opened.new_code()


def test_idle_door_runs_out_and_a_question_winds_it_up() -> None:
    opened, clock = door()
    shown = opened.enter(opened.new_code(), PHONE)
    clock.now += 600
    assert opened.admits(shown)
    assert opened.state.left_s == 900
    clock.now += NOW_S
    assert opened.state.devices_now == 0
    clock.now += 900
    assert opened.state.left_s == 0


@pytest.mark.parametrize(
    ("changes", "network", "key"),
    [
        ({"space_id": "me/space"}, FakeNetwork(), "phone_hosted"),
        ({"sign_in": "open", "phone_host": "10.0.0.2"}, FakeNetwork(), "phone_hosted"),
        ({"behind_loopback": True}, FakeNetwork(), "phone_in_container"),
        ({}, FakeNetwork(contained=True), "phone_in_container"),
        ({}, FakeNetwork((("lo", "127.0.0.1"),)), "phone_no_network"),
        ({}, FakeNetwork((("docker0", "172.17.0.1"), ("tun0", "10.8.0.2"))), "phone_no_network"),
        ({}, FakeNetwork((("eth0", "8.8.8.8"), ("eth1", "169.254.3.4"))), "phone_no_network"),
    ],
)
def test_it_is_said_why_no_phone_can_come(
    tmp_path: Path, changes: dict[str, object], network: FakeNetwork, key: str
) -> None:
    with pytest.raises(ModelError) as refused:
        lan_address(Settings(home=tmp_path, **changes), network)  # type: ignore[arg-type]
    assert key_of(refused) == key


def test_way_to_others_comes_first_then_home_networks(tmp_path: Path) -> None:
    found = (("eth0", "172.16.0.9"), ("eth1", "10.0.0.9"), ("wlan0", "192.168.1.9"))
    settings = Settings(home=tmp_path)
    assert lan_address(settings, FakeNetwork(found)) == "192.168.1.9"
    assert lan_address(settings, FakeNetwork(found, way="10.0.0.9")) == "10.0.0.9"
    assert lan_address(settings, FakeNetwork(found, way="8.8.8.8")) == "192.168.1.9"


def test_named_address_is_taken_even_in_a_container(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, phone_host="192.168.7.7")
    assert lan_address(settings, FakeNetwork(contained=True)) == "192.168.7.7"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "8.8.8.8", "169.254.1.1"])  # noqa: S104
def test_only_local_networks_are_near(address: str) -> None:
    assert not is_near(address)
