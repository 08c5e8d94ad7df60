import threading

import pytest

from pacs_open.archive.group_commit import GroupCommit


class Request:
    def __init__(self, name):
        self.name, self.error, self.done = name, None, False


def test_a_request_alone_is_committed_at_once():
    batches = []
    request = Request("a")
    GroupCommit(lambda batch: batches.append(list(batch))).submit(request)

    assert batches == [[request]]
    assert request.done


def test_whoever_waits_is_taken_along():
    started, go_on = threading.Event(), threading.Event()
    batches = []

    def transaction(batch):
        batches.append(sorted(request.name for request in batch))
        started.set()
        go_on.wait(10)

    group = GroupCommit(transaction)
    threads = [threading.Thread(target=group.submit, args=(Request("first"),))]
    threads[0].start()
    started.wait(10)
    for name in "abc":
        threads.append(threading.Thread(target=group.submit, args=(Request(name),)))
        threads[-1].start()
    while len(group._waiting) < 3:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert batches == [["first"], ["a", "b", "c"]]


def test_a_refused_request_gets_its_own_error():
    def transaction(batch):
        for request in batch:
            request.error = KeyError(request.name)

    with pytest.raises(KeyError, match="a"):
        GroupCommit(transaction).submit(Request("a"))


def test_one_fault_does_no_harm_to_neighbours():
    committed = []

    def transaction(batch):
        if any(request.name == "bad" for request in batch):
            raise ValueError("bad")
        committed.extend(request.name for request in batch)

    group = GroupCommit(transaction)
    batch = [Request("good"), Request("bad"), Request("better")]
    group._commit(batch)

    assert committed == ["good", "better"]
    assert [type(request.error) for request in batch] == [type(None), ValueError, type(None)]
    assert all(request.done for request in batch)


def test_an_interrupt_fails_all_and_goes_on_up():
    def transaction(batch):
        raise KeyboardInterrupt

    batch = [Request("a"), Request("b")]
    with pytest.raises(KeyboardInterrupt):
        GroupCommit(transaction)._commit(batch)

    assert all(isinstance(request.error, KeyboardInterrupt) for request in batch)
    assert all(request.done for request in batch)
