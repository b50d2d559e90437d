"""What a sender is told, on networks that are simulated: no test here waits for anything."""

from __future__ import annotations

import random

import pytest

from tests.live.link import Link
from tests.live.simulated import Stream
from webapp.live.uplink import AFTER, EPOCH, LONG, LOOK, LOWEST, MOST, PATIENCE, Delay, StandingQueue, UplinkEstimator

NARROW = 200_000
SIZE = 1000
TICK = (1 << 18) / 1000
"""Of abs-send-time, a millisecond."""


def sent(milliseconds: float) -> int:
    return int(milliseconds * TICK) % (1 << 24)


@pytest.mark.parametrize("queue", [0.2, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("rate", [200_000, 400_000, 800_000])
def test_after_a_fall_to_200_kbit_the_picture_is_whole_again_within_three_seconds(rate: float, queue: float) -> None:
    up = Link(delay=0.02, queue=queue)
    stream = Stream(up, Link(delay=0.02), rate)
    stream.run(10)
    assert stream.sender.rate > 1.5 * rate, "nothing holds it down before"
    fall, up.bandwidth = stream.events.now, NARROW
    stream.run(15)
    assert stream.whole_again(fall, old=1.0) <= 3.0
    assert stream.pictures(stream.events.now - 5) >= 5 * 12, "and goes on"
    assert stream.sender.rate > 0.5 * NARROW, "with most of what the network carries"


def test_after_a_fall_nothing_is_asked_for_that_the_network_has_no_room_for() -> None:
    up = Link(delay=0.02, queue=0.5)
    stream = Stream(up, Link(delay=0.02), 800_000)
    stream.run(10)
    before, up.bandwidth = stream.again, NARROW
    stream.run(3)
    assert stream.again - before < 20
    assert 1 <= stream.keyframe_requests <= 3, "one whole picture instead"


def test_when_the_network_is_good_again_the_rate_goes_up_again() -> None:
    up = Link(delay=0.02, bandwidth=NARROW)
    stream = Stream(up, Link(delay=0.02), 300_000)
    stream.run(10)
    up.bandwidth = None
    stream.run(60)
    assert stream.sender.rate > 3 * NARROW


def test_a_slow_network_is_used_without_a_picture_lost() -> None:
    stream = Stream(Link(delay=0.02, bandwidth=NARROW), Link(delay=0.02), 300_000)
    stream.run(5)
    since = stream.events.now
    stream.run(60)
    assert stream.pictures(since) >= 60 * 25
    assert stream.whole_again(since, old=0.5) == 0.0
    assert stream.keyframe_requests <= 1, "as it began, at most"


@pytest.mark.parametrize("loss", [0.05, 0.15])
def test_packets_that_are_lost_by_chance_hold_nobody_down(loss: float) -> None:
    stream = Stream(Link(delay=0.02, loss=loss), Link(delay=0.02, loss=loss), 300_000)
    stream.run(20)
    assert stream.sender.rate > 600_000
    assert stream.pictures(10) >= 10 * 10


@pytest.mark.parametrize("longest", [180, 1000])
def test_a_program_that_is_late_now_and_then_is_no_queue(longest: float) -> None:
    chance = random.Random(1)
    estimates, wakes, estimator = [], 0.0, UplinkEstimator()
    for number in range(6000):
        now = 10 * number
        if now >= wakes and chance.random() < 0.02:
            # Asleep for so many milliseconds: then all comes at once.
            wakes = now + chance.uniform(20, longest)
        estimates.append(estimator.add(round(max(now, wakes)), sent(now), SIZE, 1))
    rates = [rate for estimate in estimates if estimate is not None for rate in estimate[:1]]
    assert rates == sorted(rates), "it never went down"
    assert rates[-1] >= 1.4 * 8 * SIZE * 100, "and up to what is known of"


def test_a_way_that_became_longer_is_no_queue_for_ever() -> None:
    queue, standing = StandingQueue(), []
    for number in range(1500):
        now = 10 * number
        extra_delay = 0 if now < 5000 else 2 * LONG
        queue.add(sent(now), now + extra_delay, SIZE)
        standing.append(queue.since is not None)
    assert any(standing)
    assert standing.index(True) * 10 - 5000 <= 2 * LOOK + 50
    assert not any(standing[(5000 + 2 * LOOK + PATIENCE + 100) // 10 :])


def test_a_queue_tells_what_the_network_carries() -> None:
    queue, estimates = StandingQueue(), []
    free = 0.0
    for number in range(600):
        now = 10 * number
        # 800 kbit/s into 400 from the first second on, and 200 once a queue was found.
        if queue.since is not None and number % 4:
            continue
        free = max(free, now) + (8 * SIZE / 400 if now >= 1000 else 0)
        estimates.append(queue.add(sent(now), round(max(free, now)), SIZE))
    rates = [rate for rate in estimates if rate is not None]
    assert rates
    assert rates[-1] == pytest.approx(400_000, rel=0.1)


def test_clocks_that_drift_apart_are_no_queue() -> None:
    queue = StandingQueue()
    for number in range(0, 600_000, 50):
        assert queue.add(sent(number), round(number * 1.0002), SIZE) is None


def test_the_senders_clock_wraps_and_what_was_overtaken_tells_nothing() -> None:
    delay = Delay()
    for second in range(200):
        now = 1000 * second
        delays = [delay.add(sent(now + offset), now + offset + 40) for offset in (0, 20, 10)]
        assert delays == [pytest.approx(0, abs=1), pytest.approx(0, abs=1), None]
    assert delay.add(sent(200_000), 200_140) == pytest.approx(100, abs=1)


def test_packets_that_are_sent_again_with_their_first_time_are_no_queue() -> None:
    queue = StandingQueue()
    for number in range(1000):
        now = 10 * number
        assert queue.add(sent(now), now + 20, SIZE) is None
        assert queue.add(sent(now - 400), now + 20, SIZE) is None


def test_the_shortest_way_is_looked_for_anew() -> None:
    delay = Delay()
    delay.add(sent(0), 0)
    delays = [delay.add(sent(now), now + 100) for now in range(100, 3 * EPOCH, 100)]
    assert delays[0] == pytest.approx(100, abs=1)
    assert delays[-1] == pytest.approx(0, abs=1)


def test_rates_stay_within_bounds() -> None:
    up = Link(delay=0.02, bandwidth=20_000)
    stream = Stream(up, Link(delay=0.02), 300_000)
    stream.run(20)
    assert stream.sender.rate >= LOWEST
    up.bandwidth = None
    stream.run(120)
    assert AFTER * MOST < stream.sender.rate <= MOST
