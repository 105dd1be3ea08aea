"""What the store keeps, who may read it, and what is gone when it is deleted; on SQLite and PostgreSQL."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

import qa.store
from qa.store import Store, digest
from qa.turns import Conversation, MissingError, Rating, StoreError, Turn

pytest_plugins = ["postgres", "stores"]

ANN, BEN = "page:ann", "page:ben"
ODD = "𠮷𝄞👩‍👩‍👧 \x00 \ud800 'x\"; -- </script> \u202e%s \\u0000"
"""Four bytes in UTF-8, a NUL, half a pair, quotes, direction marks."""


@pytest.fixture
def clock(monkeypatch):
    """The store's clock; `clock(days=1)` moves it on."""
    told = [datetime(2026, 3, 1, 12, tzinfo=UTC)]

    def on(**by):
        told[0] += timedelta(**by)
        return told[0]

    monkeypatch.setattr(qa.store, "now", lambda: on(microseconds=1))
    return on


def shown(store, conversation, owner=ANN):
    return [(t.number, t.question) for t in store.conversation(conversation, owner).turns]


def test_a_turn_comes_back_as_it_was_given(store):
    begun = store.begin(ANN, "养老院床位补贴是多少？", {"region": "辽宁", "years": [2016, None]}, earlier=("先前的", "问题"))
    assert begun == Turn(
        begun.id,
        begun.conversation,
        1,
        "养老院床位补贴是多少？",
        "writing",
        begun.created,
        {"region": "辽宁", "years": [2016, None]},
        ("先前的", "问题"),
    )
    assert abs(begun.created - datetime.now(UTC)) < timedelta(minutes=5)
    store.update(begun.id, {"evidence": [{"start": 3}]})
    assert store.turn(begun.id).record == {"evidence": [{"start": 3}]}
    record = {"text": "每床 5000 元。[1]", "citations": [{"start": 0, "end": 5, "quote": "每床\t5"}], "refusal": None}
    done = store.finish(begun.id, "done", record)
    assert done == store.turn(begun.id)
    assert (done.status, done.record, done.number) == ("done", record, 1)


def test_a_new_store_object_reads_what_the_old_one_kept(store, store_url):
    turn = store.begin(ANN, "问", {})
    store.finish(turn.id, "done", {"text": "答"})
    store.close()
    again = Store(store_url)
    assert again.conversation(turn.conversation, ANN).turns[0].record == {"text": "答"}
    assert again.turn(turn.id).created == turn.created
    again.close()


def test_the_first_question_names_the_conversation(store):
    turn = store.begin(ANN, "  一个\n很长的问题，" + "长" * 100, {})
    assert store.conversation(turn.conversation, ANN).title == "一个 很长的问题，" + "长" * 31
    store.begin(ANN, "第二个", {}, turn.conversation)
    assert store.conversation(turn.conversation, ANN).title.startswith("一个 很长")
    store.rename(turn.conversation, ANN, "  养老\n补贴 ")
    assert store.conversation(turn.conversation, ANN).title == "养老 补贴"
    with pytest.raises(StoreError, match="标题不能为空"):
        store.rename(turn.conversation, ANN, " \n")
    store.rename(turn.conversation, ANN, "题" * 500)
    assert store.conversation(turn.conversation, ANN).title == "题" * 100


def test_odd_characters_and_a_megabyte_are_kept(store):
    long = "政策𠮷" * 300_000
    turn = store.begin(ANN, long, {ODD: ODD}, earlier=[ODD])
    store.finish(turn.id, "failed", {"text": ODD, ODD: [ODD]}, problem=ODD)
    kept = store.turn(turn.id)
    assert kept.question == long
    assert (kept.filters, kept.earlier, kept.record) == ({ODD: ODD}, (ODD,), {"text": ODD, ODD: [ODD]})
    store.rename(turn.conversation, ANN, ODD)
    store.rate(turn.id, ANN, "down", ODD)
    readable = ODD.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert store.turn(turn.id).problem == store.turn(turn.id).rating.reason == readable
    assert store.conversation(turn.conversation, ANN).title == " ".join(readable.split())


def test_numbers_go_on_and_a_replaced_turn_leaves_with_all_after_it(store):
    first = store.begin(ANN, "一", {})
    talk = first.conversation
    second, third = (store.begin(ANN, q, {}, talk) for q in "二三")
    assert shown(store, talk) == [(1, "一"), (2, "二"), (3, "三")]
    edited = store.begin(ANN, "二改", {}, talk, replaces=second.id)
    assert edited.number == 2
    assert shown(store, talk) == [(1, "一"), (2, "二改")]
    assert store.turn(third.id).question == "三"
    assert store.begin(ANN, "三新", {}, talk).number == 3
    # Another tab still shows the old second turn and edits it too.
    assert store.begin(ANN, "二又改", {}, talk, replaces=second.id).number == 2
    assert shown(store, talk) == [(1, "一"), (2, "二又改")]
    # Without a conversation it is that of the turn.
    assert store.begin(ANN, "一改", {}, replaces=first.id).conversation == talk
    assert shown(store, talk) == [(1, "一改")]


def test_a_turn_of_another_conversation_cannot_be_replaced(store):
    mine, other, foreign = store.begin(ANN, "一", {}), store.begin(ANN, "二", {}), store.begin(BEN, "三", {})
    for conversation, replaced in [
        (mine.conversation, other.id),
        (mine.conversation, foreign.id),
        (None, foreign.id),
        (None, "x"),
    ]:
        with pytest.raises(MissingError):
            store.begin(ANN, "改", {}, conversation, replaces=replaced)
    assert shown(store, mine.conversation) == [(1, "一")]
    assert shown(store, foreign.conversation, BEN) == [(1, "三")]


def test_what_is_done_stays_and_evidence_comes_only_while_it_is_written(store):
    turn = store.begin(ANN, "问", {})
    store.update(turn.id, {"evidence": 1})
    assert store.finish(turn.id, "stopped", problem="您停止了回答。").record == {"evidence": 1}
    store.update(turn.id, {"evidence": 2})
    assert store.turn(turn.id).record == {"evidence": 1}
    assert store.finish(turn.id, "done", {"text": "答"}).problem == ""
    assert store.finish(turn.id, "failed", {"text": "坏"}, "坏了").record == {"text": "答"}
    assert store.turn(turn.id).status == "done"


def test_another_owners_and_unknown_ones_are_missing_in_the_same_words(store):
    turn = store.begin(ANN, "秘密的问题", {})
    token = store.share(turn.conversation, ANN)
    calls = [
        lambda i: store.conversation(i, BEN),
        lambda i: store.rename(i, BEN, "我的"),
        lambda i: store.delete(i, BEN),
        lambda i: store.share(i, BEN),
        lambda i: store.unshare(i, BEN),
        lambda i: store.begin(BEN, "问", {}, i),
    ]
    for call in calls:
        told = set()
        for wanted in [turn.conversation, "0" * 32, "", ODD, "x" * 100_000]:
            with pytest.raises(MissingError) as error:
                call(wanted)
            told.add(str(error.value))
        assert len(told) == 1
        assert "秘密" not in told.pop()
    for wanted in [turn.id, "0" * 32, ODD]:
        with pytest.raises(MissingError):
            store.rate(wanted, BEN, "down")
    assert store.conversations(BEN) == []
    assert store.turn(turn.id).rating is None
    assert store.shared(token).title == "秘密的问题"
    assert shown(store, turn.conversation) == [(1, "秘密的问题")]


def test_the_operator_reads_any_conversation_by_its_id_or_token(store):
    turn = store.begin(ANN, "一", {})
    token = store.share(turn.conversation, ANN)
    store.begin(ANN, "二", {}, turn.conversation)
    assert store.kept(turn.conversation) == store.conversation(turn.conversation, ANN)
    assert [t.question for t in store.kept(token).turns] == ["一"]
    for name in ["", "0" * 32, ODD]:
        with pytest.raises(MissingError):
            store.kept(name)


def test_no_id_can_be_guessed_and_none_looks_like_an_option(store):
    begun = [store.begin(ANN, "问", {}) for _ in range(20)]
    ids = {t.id for t in begun} | {t.conversation for t in begun}
    assert len(ids) == 40
    assert all(re.fullmatch(r"[0-9a-f]{32}", i) for i in ids)


def test_too_long_an_owner_is_refused(store):
    with pytest.raises(StoreError, match="太长"):
        store.begin("api:" + "x" * 5000, "问", {})


def test_conversations_are_listed_the_last_touched_first(store, clock):
    begun = [store.begin(ANN, f"问{n}", {}) for n in range(5)]
    store.begin(BEN, "别人的", {})
    store.begin(ANN, "再问", {}, begun[1].conversation)
    store.finish(begun[3].id, "done", {})
    listed = store.conversations(ANN)
    assert [c.title for c in listed] == ["问3", "问1", "问4", "问2", "问0"]
    assert all(c.turns == () for c in listed)
    first = store.conversations(ANN, limit=2)
    rest = store.conversations(ANN, limit=50, before=first[-1].updated)
    assert [c.id for c in [*first, *rest]] == [c.id for c in listed]
    assert store.conversations(ANN, limit=-5) == listed[:1]


def test_times_are_utc_whatever_zone_a_caller_has(store, clock):
    turn = store.begin(ANN, "问", {})
    listed = store.conversations(ANN)[0]
    assert listed.updated == listed.created == turn.created
    assert listed.updated.tzinfo == UTC
    alaska = (turn.created + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=-9)))
    assert [c.id for c in store.conversations(ANN, before=alaska)] == [turn.conversation]
    assert store.conversations(ANN, before=turn.created.astimezone(timezone(timedelta(hours=8)))) == []


def test_a_deleted_conversation_is_gone_with_its_shares_and_ratings(store):
    turn, other = store.begin(ANN, "问", {}), store.begin(ANN, "别的", {})
    token = store.share(turn.conversation, ANN)
    store.rate(turn.id, ANN, "down")
    store.delete(turn.conversation, ANN)
    for call in [
        lambda: store.conversation(turn.conversation, ANN),
        lambda: store.turn(turn.id),
        lambda: store.shared(token),
        lambda: store.update(turn.id, {}),
        lambda: store.finish(turn.id, "done", {}),
    ]:
        with pytest.raises(MissingError):
            call()
    assert list(store.ratings()) == []
    assert [c.id for c in store.conversations(ANN)] == [other.conversation]


def test_everything_of_one_owner_can_be_forgotten(store):
    begun = [store.begin(ANN, "问", {}) for _ in range(3)]
    kept = store.begin(BEN, "别人的", {})
    assert store.forget(ANN) == 3
    assert store.conversations(ANN) == []
    with pytest.raises(MissingError):
        store.turn(begun[0].id)
    assert store.turn(kept.id).question == "别人的"
    assert store.forget(ANN) == 0


def test_a_share_shows_what_was_shown_then_and_nothing_private(store):
    first = store.begin(ANN, "一", {})
    second = store.begin(ANN, "二", {}, first.conversation)
    store.rate(first.id, ANN, "down", "私下的话")
    token = store.share(first.conversation, ANN)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    assert store.conversation(first.conversation, ANN).shared == store.conversations(ANN)[0].shared == token
    store.finish(second.id, "done", {"text": "后来写完"})
    store.begin(ANN, "三，后来的秘密", {}, first.conversation)
    store.begin(ANN, "二改", {}, first.conversation, replaces=second.id)
    store.rename(first.conversation, ANN, "新的标题")
    seen = store.shared(token)
    assert isinstance(seen, Conversation)
    assert [(t.number, t.question, t.status, t.rating) for t in seen.turns] == [
        (1, "一", "writing", None),
        (2, "二", "done", None),
    ]
    assert (seen.owner, seen.title, seen.shared) == ("", "一", token)
    assert store.share(first.conversation, ANN) == token
    assert [t.question for t in store.shared(token).turns] == ["一", "二改"]
    assert store.shared(token).title == "新的标题"


def test_an_ended_share_and_a_forged_token_show_nothing(store):
    turn = store.begin(ANN, "一", {})
    token = store.share(turn.conversation, ANN)
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    for forged in [flipped, token.swapcase(), token + " ", "", "%", "_" * 32, ODD, turn.conversation, "'" * 10_000]:
        with pytest.raises(MissingError):
            store.shared(forged)
    store.unshare(turn.conversation, ANN)
    store.unshare(turn.conversation, ANN)
    with pytest.raises(MissingError):
        store.shared(token)
    assert store.conversation(turn.conversation, ANN).shared is None
    assert store.share(turn.conversation, ANN) != token


def test_a_rating_replaces_the_one_before(store):
    turn = store.begin(ANN, "问", {})
    store.rate(turn.id, ANN, "down", "不对")
    store.rate(turn.id, ANN, "up")
    assert store.turn(turn.id).rating == Rating("up", "")
    assert store.conversation(turn.conversation, ANN).turns[0].rating == Rating("up", "")
    assert [(t.id, r) for t, r in store.ratings()] == [(turn.id, Rating("up", ""))]


def test_ratings_come_in_order_also_those_of_one_instant(store, monkeypatch):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(qa.store, "now", lambda: moment)
    monkeypatch.setattr(qa.store, "_LISTED", 3)
    begun = [store.begin(ANN, f"问{n}", {}) for n in range(8)]
    for turn in begun[:7]:
        store.rate(turn.id, ANN, "down")
    monkeypatch.setattr(qa.store, "now", lambda: moment - timedelta(days=1))
    store.rate(begun[7].id, ANN, "up")
    told = []
    for turn, _rating in store.ratings():
        told.append(turn.id)
        store.begin(BEN, "读的时候也能写", {})
    assert told == [begun[7].id, *sorted(t.id for t in begun[:7])]


def test_a_rated_turn_tells_what_was_asked_before_it(store, clock):
    first = store.begin(ANN, "一", {})
    second = store.begin(ANN, "二", {}, first.conversation)
    third = store.begin(ANN, "三", {}, first.conversation, earlier=["客户端带来的"])
    edited = store.begin(ANN, "二改", {}, first.conversation, replaces=second.id)
    last = store.begin(ANN, "三新", {}, first.conversation)
    store.begin(BEN, "别人的", {})
    for turn in (third, edited, last, first):
        store.rate(turn.id, ANN, "down")
    assert [t.earlier for t, _ in store.ratings()] == [("客户端带来的", "一", "二"), ("一",), ("一", "二改"), ()]


def test_texts_are_kept_once_and_never_changed(store, store_url):
    snapshot = {"title": "测试", "text": "第一条 甲\x00乙𠮷", "clauses": [{"start": 0, "end": 5}]}
    name = digest(snapshot)
    store.keep_document(name, snapshot)
    store.keep_document(name, {"text": "别的"})
    other = Store(store_url)
    other.keep_document(name, {"text": "另一个进程的"})
    assert store.document(name) == other.document(name) == snapshot
    other.close()
    with pytest.raises(MissingError):
        store.document("0" * 64)


def test_the_digest_of_a_snapshot_changes_with_any_part_of_it():
    one = {"text": "甲", "clauses": [{"start": 0}]}
    assert digest(one) == digest({"clauses": [{"start": 0}], "text": "甲"})
    assert digest(one) != digest({"text": "甲", "clauses": [{"start": 1}]})
    assert digest(one) != digest({"text": "乙", "clauses": [{"start": 0}]})
    assert digest(one) == hashlib.sha256(rb'{"clauses":[{"start":0}],"text":"\u7532"}').hexdigest()


def test_only_conversations_that_nobody_touched_are_purged(store, store_url, clock):
    old, touched = store.begin(ANN, "旧", {}), store.begin(ANN, "又问", {})
    token = store.share(old.conversation, ANN)
    clock(days=20)
    store.begin(ANN, "后来", {}, touched.conversation)
    clock(days=11)
    assert store.purge() == 0
    keeper = Store(store_url, keep_days=30)
    assert keeper.purge() == 1
    keeper.close()
    assert [c.id for c in store.conversations(ANN)] == [touched.conversation]
    with pytest.raises(MissingError):
        store.shared(token)


def test_the_ways_of_sql_find_nothing_more(store):
    store.begin(ANN, "问", {})
    for owner in ["' OR '1'='1", "page:%", "page:ann' --", ODD]:
        assert store.conversations(owner) == []
        assert store.forget(owner) == 0
    assert len(store.conversations(ANN)) == 1


def test_ping_tells_a_lost_database(store, store_url, request, tmp_path):
    store.ping()
    if store_url.startswith("sqlite"):
        for file in tmp_path.glob("*.db*"):
            file.write_bytes(b"not a database" * 1000)
        with pytest.raises(StoreError, match="备份"):
            Store(store_url).ping()
    else:
        server = request.getfixturevalue("postgres")
        ended = server.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server.database(store_url)}'"
        )
        assert ended
        store.ping()  # a lost connection is replaced


def test_a_records_json_is_plain_for_people_with_a_database_client(store, store_url, request, tmp_path):
    turn = store.begin(ANN, "问", {})
    store.finish(turn.id, "done", {"text": "每床五千元"})
    query = "SELECT record FROM youju_turns"
    if store_url.startswith("sqlite"):
        import sqlite3

        (kept,) = sqlite3.connect(next(tmp_path.glob("*.db"))).execute(query).fetchone()
    else:
        server = request.getfixturevalue("postgres")
        ((kept,),) = server.run(query, server.database(store_url))
    assert kept == '{"text":"每床五千元"}'
    assert json.loads(kept) == {"text": "每床五千元"}
