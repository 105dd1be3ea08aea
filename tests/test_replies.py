"""The same prompt gets the same reply, whatever was written in between."""

import pytest

from qa.writing import Replies

MESSAGES = [{"role": "user", "content": "问"}]


def test_a_whole_reply_is_given_again():
    replies, writers = Replies(), iter([["甲", "乙"], ["丙"], ["丁"]])
    assert "".join(replies.stream(MESSAGES, 10, lambda: iter(next(writers)))) == "甲乙"
    assert "".join(replies.stream(MESSAGES, 10, lambda: iter(next(writers)))) == "甲乙"
    assert "".join(replies.stream(MESSAGES, 11, lambda: iter(next(writers)))) == "丙"
    assert "".join(replies.stream([{"role": "user", "content": "另问"}], 10, lambda: iter(next(writers)))) == "丁"


def test_a_reply_that_was_cut_off_or_failed_is_written_anew():
    replies = Replies()
    cut = replies.stream(MESSAGES, 10, lambda: iter(["甲", "乙"]))
    assert next(cut) == "甲"
    cut.close()

    def failing():
        yield "丙"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        list(replies.stream(MESSAGES, 10, failing))
    assert list(replies.stream(MESSAGES, 10, lambda: iter(["丁"]))) == ["丁"]


def test_the_oldest_is_forgotten():
    replies = Replies(most=1)
    for said in ("甲", "乙"):
        list(replies.stream([{"role": "user", "content": said}], 10, lambda said=said: iter([said])))
    again = list(replies.stream([{"role": "user", "content": "甲"}], 10, lambda: iter(["丙"])))
    assert again == ["丙"]


def test_leaving_a_reply_stops_its_writer():
    left = []

    def writing():
        try:
            yield "甲"
            yield "乙"
        finally:
            left.append(True)

    cut = Replies().stream(MESSAGES, 10, writing)
    next(cut)
    cut.close()
    assert left == [True]
