"""Memory sizes: what is reckoned from processor time, the rule, and the template that has to follow it."""

from typing import Any

import pytest

from bench import measured, memory
from bench.measured import Measured
from bench.names import OURS, PEER
from tests.support.template import resources


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Measured:
    """Round numbers in place of what was measured."""
    operations = dict.fromkeys(memory.ROUND_TRIPS, 10.0)
    start, peak = {"tasks": 100.0, "discovery": 100.0, PEER: 100.0}, {"tasks": 50.0, "discovery": 50.0, PEER: 50.0}
    found = Measured("3.13", "any", {OURS: dict(operations), PEER: dict(operations)}, start, peak)
    monkeypatch.setattr(memory, "measured", lambda: found)
    return found


@pytest.mark.usefixtures("known")
def test_less_memory_stretches_what_is_computed_and_nothing_else() -> None:
    assert memory.request_ms("create", 1769) == pytest.approx(10 + 8)
    assert memory.request_ms("create", 1769 // 2) == pytest.approx(20 + 8, rel=0.01)
    assert memory.request_ms("create", 1769, PEER) == pytest.approx(10 + 4)
    assert memory.start_ms("tasks", 512) == pytest.approx(100 * 1769 / 512 + 28)


@pytest.mark.usefixtures("known")
def test_one_thread_is_no_faster_with_more_than_one_processor() -> None:
    assert memory.request_ms("create", 3538) == memory.request_ms("create", 1769)


@pytest.mark.usefixtures("known")
def test_memory_makes_waiting_dearer_and_computing_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STARTS", 0)
    small, large = (memory.gb_seconds("create", "tasks", mb) for mb in (512, 1024))
    waiting = 0.008 * 0.5
    assert large - small == pytest.approx(waiting)
    monkeypatch.setattr(memory, "ROUND_TRIP_MS", 0)
    assert memory.gb_seconds("create", "tasks", 512) == pytest.approx(memory.gb_seconds("create", "tasks", 1024))


@pytest.mark.usefixtures("known")
def test_a_request_costs_its_share_of_a_start() -> None:
    warm = memory.request_ms("get", 512) / 1000 * 0.5
    assert memory.gb_seconds("get", "tasks", 512) - warm == pytest.approx(0.001 * memory.start_ms("tasks", 512) / 2000)
    assert memory.price("get", "tasks", 512) == pytest.approx(
        0.2e-6 + memory.gb_seconds("get", "tasks", 512) * 1.33334e-5
    )


def test_the_rule_takes_the_smallest_size_that_has_room_starts_and_answers_in_time(known: Measured) -> None:
    # 100 ms of processor time are 1.38 s at 128 MB, and 10 ms are 138 ms there and 69 ms at 256 MB.
    assert memory.smallest("tasks") == {"memory": 128, "start": 128, "request": 256}
    assert memory.smallest("discovery") == {"memory": 128, "start": 128}
    assert (memory.chosen("tasks"), memory.chosen("discovery")) == (256, 128)
    known.peak["discovery"] = 99
    assert memory.chosen("discovery") == 256
    known.start["discovery"] = 400
    assert memory.chosen("discovery") == 512
    known.warm[PEER]["register"] = 40
    assert memory.chosen(PEER) == 1024


def test_the_template_gives_each_function_what_the_rule_chooses_at_least() -> None:
    for function in measured.measured().start:
        if function != PEER:
            assert memory.template_mb(function) >= memory.chosen(function), function


def test_sizes_are_those_of_the_template() -> None:
    found = resources("AWS::Serverless::Function")
    assert memory.template_mb("login") == found["LoginFunction"]["MemorySize"]
    assert "MemorySize" not in found["TasksFunction"]
    assert memory.template_mb("tasks") == 512
    with pytest.raises(LookupError):
        memory.template_mb("no-such-function")


def test_each_function_that_answers_requests_was_measured() -> None:
    answering = {
        properties["CodeUri"].rpartition("/")[2]
        for properties in resources("AWS::Serverless::Function").values()
        if properties["CodeUri"] not in ("functions/worker", "functions/rotate_keys")
    }
    assert set(measured.measured().start) - {PEER} == answering
    assert set(measured.measured().peak) - {PEER} == answering
    assert set(measured.measured().warm[OURS]) == set(measured.measured().warm[PEER]) == set(memory.ROUND_TRIPS)


def test_what_is_written_down_are_rounded_medians() -> None:
    def records(kind: str, name: str, side: str, *seconds: float) -> list[dict[str, Any]]:
        return [{kind: name, "side": side, "cpu": each, "memory": 61_500_000} for each in seconds]

    raw = {
        "warm": [*records("operation", "get", OURS, 0.0011, 0.00123, 0.9), *records("operation", "get", PEER, 0.005)],
        "cold": [*records("function", "tasks", "", 0.1, 0.3249, 0.9), *records("function", "floor", "", 0.1)],
        "memory": {"floor": 1},
        "machine": {"python": "3.13.1", "machine": "aarch64"},
    }
    assert measured.taken(raw) == Measured(
        "3.13.1", "aarch64", {OURS: {"get": 1.2}, PEER: {"get": 5.0}}, {"tasks": 320}, {"tasks": 62}
    )
