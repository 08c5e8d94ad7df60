from pacs_open.archive.counter import Counter


def test_no_number_is_given_twice_even_after_a_restart(tmp_path):
    first = Counter(tmp_path / "commits")
    given = [first.next(), first.next()]
    first.close()
    second = Counter(tmp_path / "commits")
    given.append(second.next())
    second.close()

    assert given == [1, 2, 3]


def test_numbers_in_use_are_passed_over_and_never_gone_back_to(tmp_path):
    counter = Counter(tmp_path / "commits")
    counter.at_least(41)
    counter.at_least(3)

    assert counter.next() == 42
    counter.close()


def test_two_processes_share_one_counter(tmp_path):
    one, other = Counter(tmp_path / "commits"), Counter(tmp_path / "commits")

    assert [one.next(), other.next(), one.next()] == [1, 2, 3]
    one.close()
    other.close()
