"""A station serves first come, first served; at one instant, in the order of entities."""

from collections.abc import Generator

import simpy
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.engine.station import StationQueue

Log = list[tuple[int, int, int]]


def run(servers: int, customers: list[tuple[int, int, int]]) -> tuple[Log, StationQueue]:
    """Serve (entity, arrival, service time) customers; return (entity, start, end) in order of start."""
    env = simpy.Environment(initial_time=0)
    station = StationQueue(env, servers)
    log: Log = []

    def customer(entity: int, arrival: int, service: int) -> Generator[simpy.Event, object, None]:
        yield env.timeout(arrival)
        yield station.enter(entity)
        start = int(env.now)
        yield env.timeout(service)
        station.leave(start)
        log.append((entity, start, int(env.now)))

    for each in customers:
        env.process(customer(*each))
    env.run()
    return sorted(log, key=lambda row: (row[1], row[0])), station


def test_one_server_serves_in_order_of_arrival() -> None:
    log, _ = run(1, [(3, 10, 5), (1, 12, 5), (2, 11, 5)])
    assert log == [(3, 10, 15), (2, 15, 20), (1, 20, 25)]


def test_simultaneous_arrivals_are_served_by_entity_whatever_the_order_of_their_processes() -> None:
    arrivals = [(5, 10, 4), (2, 10, 4), (9, 10, 4)]
    forward, _ = run(1, arrivals)
    backward, _ = run(1, arrivals[::-1])
    assert forward == backward == [(2, 10, 14), (5, 14, 18), (9, 18, 22)]


customers = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=25).map(
    lambda rows: [(entity, arrival, service) for entity, (arrival, service) in enumerate(rows)]
)


@given(servers=st.integers(1, 4), customers=customers)
def test_never_more_in_service_than_servers_and_nobody_waits_beside_a_free_one(
    servers: int, customers: list[tuple[int, int, int]]
) -> None:
    log, station = run(servers, customers)
    arrivals = {entity: arrival for entity, arrival, _ in customers}
    assert len(log) == len(customers)
    for entity, start, _ in log:
        busy = sum(1 for other, begin, end in log if begin <= start < end and other != entity)
        assert busy < servers
        if start > arrivals[entity]:
            before = sum(1 for _, begin, end in log if begin < start and end >= start)
            assert before >= servers
    assert station.served == len(customers)
    assert station.busy_us == sum(service for _, _, service in customers)
