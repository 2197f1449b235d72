"""What a million requests cost, and what the peer would: sums are right, and what the document says of them holds."""

import pytest

from bench import million, prices
from bench.memory import chosen, price, template_mb
from bench.million import WAYS, crossing, month_of
from bench.names import PEER
from bench.simulation import Month


def test_the_authorizer_is_paid_for_with_each_request_that_is_let_in() -> None:
    alone, get = million.own_costs("authorize"), million.own_costs("get")
    assert alone["gateway"] == 0
    assert get["Lambda"] == pytest.approx(alone["Lambda"] + price("get", "tasks", template_mb("tasks")))
    assert get["DynamoDB"] == pytest.approx(2 * prices.READ_UNIT)
    assert million.own_costs("refresh")["DynamoDB"] == pytest.approx(prices.WRITE_UNIT)
    assert million.own_costs("create")["DynamoDB"] == pytest.approx(1.5 * prices.READ_UNIT + 5 * prices.WRITE_UNIT)


def test_the_peer_is_paid_for_at_the_size_that_the_rule_chooses_for_it() -> None:
    assert million.peer_costs("get")["Lambda"] == price("get", PEER, chosen(PEER), PEER)


def test_a_month_has_as_many_users_as_make_its_requests() -> None:
    assert month_of(10 * million.MILLION).requests() == pytest.approx(10 * million.MILLION)
    assert million.taskward(month_of(0)) == 0


def test_what_is_always_on_costs_the_same_whether_it_is_used_or_not() -> None:
    text = "\n".join(million.tables()[1])
    for way in list(WAYS)[1:]:
        assert f"{WAYS[way](month_of(0)):.2f}" in text.splitlines()[-1]


def test_the_disk_and_the_containers_grow_with_use() -> None:
    small, large = month_of(million.MILLION), month_of(1000 * million.MILLION)
    assert million.database(small) == million.database(month_of(0)) < million.database(large)
    assert million.containers(small) == million.CONTAINERS < million.containers(large)


def test_below_a_crossing_the_one_is_cheaper_and_above_it_the_other() -> None:
    def by_use(month: Month) -> float:
        return month.requests()

    def always_on(_: Month) -> float:
        return 5000

    found = crossing(by_use, always_on)
    assert found is not None
    assert 5000 < found < 5000 * 1.01
    assert crossing(lambda _: 0, always_on) is None


def test_taskward_is_cheaper_at_little_use_and_the_peer_at_much_as_the_document_says() -> None:
    for way in list(WAYS)[1:]:
        assert million.taskward(month_of(million.MILLION)) < WAYS[way](month_of(million.MILLION))
        assert million.taskward(month_of(100 * million.MILLION)) > WAYS[way](month_of(100 * million.MILLION))
    much = month_of(100 * million.MILLION)
    assert million.peer_in_containers(much) < million.peer_on_lambda(much)
