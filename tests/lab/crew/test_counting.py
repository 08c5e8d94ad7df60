from concurrent.futures import ThreadPoolExecutor

from lab.crew.counting import Counter


def test_every_sum_is_told_once_and_in_order_whoever_adds():
    told = []
    counter = Counter(told.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counter.add(), range(200)))
    counter.add(5)

    assert told == [*range(1, 201), 205]
