"""The line for the writer: fair, bounded, and nobody in it is forgotten."""

import threading

import pytest

from qa.line import Line
from qa.turns import BusyError


def joined(line, number):
    tickets = [line.ticket() for _ in range(number)]
    for ticket in tickets:
        ticket.wait(0)
    return tickets


def test_the_first_write_and_the_others_know_their_place():
    line = Line(2, 3)
    tickets = joined(line, 5)
    assert [t.place for t in tickets] == [0, 0, 1, 2, 3]
    assert [t.wait(0) for t in tickets] == [True, True, False, False, False]
    assert line.length == 3


def test_whoever_joined_first_is_next_whatever_the_order_of_tickets():
    line = Line(1, 3)
    slow, quick, writer = line.ticket(), line.ticket(), line.ticket()
    assert writer.wait(0)
    quick.wait(0)
    slow.wait(0)
    assert (quick.place, slow.place) == (1, 2)
    writer.leave()
    assert quick.wait(0)
    assert not slow.wait(0)


def test_a_ticket_that_is_not_in_line_holds_up_nobody():
    line = Line(1, 2)
    searching, ready = line.ticket(), line.ticket()
    assert ready.wait(0)
    assert searching.place == 1


def test_a_full_line_says_when_to_come_back():
    line = Line(1, 1)
    first, _ = line.ticket(), line.ticket()
    with pytest.raises(BusyError, match="排满") as busy:
        line.ticket()
    assert busy.value.retry >= 1
    first.leave()
    line.ticket()


def test_leaving_twice_frees_one_place_only():
    line = Line(1, 0)
    ticket = line.ticket()
    ticket.leave()
    ticket.leave()
    line.ticket()
    with pytest.raises(BusyError):
        line.ticket()


def test_giving_up_in_line_moves_the_others_up_and_giving_up_while_writing_does_nothing():
    line = Line(1, 3)
    writer, second, third = joined(line, 3)
    writer.wait(0)
    second.give_up()
    assert third.place == 1
    writer.give_up()
    assert not third.wait(0)
    assert not second.wait(0)
    assert line.held == 2
    writer.leave()
    assert third.wait(0)


def test_waiting_ends_when_the_place_changes_not_only_when_the_turn_comes():
    line = Line(1, 3)
    first, second, third = joined(line, 3)
    woken = threading.Event()
    places = []

    def wait():
        places.append((third.wait(30), third.place))
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    second.leave()
    assert woken.wait(10)
    assert places == [(False, 1)]
    first.leave()
    assert third.wait(10)


def test_many_threads_never_write_more_than_there_are_slots_and_all_get_their_turn():
    line = Line(3, 40)
    writing, most, done = set(), [], []
    lock = threading.Lock()

    def work(number):
        ticket = line.ticket()
        try:
            while not ticket.wait(5):
                pass
            with lock:
                writing.add(number)
                most.append(len(writing))
            threading.Event().wait(0.002)
            with lock:
                writing.remove(number)
                done.append(number)
        finally:
            ticket.leave()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == list(range(40))
    assert max(most) <= 3
    assert (line.held, line.length) == (0, 0)
