"""Keys and passwords: hashed, refused when wrong, gone when revoked."""

import sqlite3

import pytest

from qa import store_secrets
from qa.store import Store, sqlite_url
from qa.turns import MissingError, StoreError

pytest_plugins = ["postgres", "stores"]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """A password of the tests costs a millisecond."""
    monkeypatch.setattr(store_secrets, "_COST", 2**4)
    monkeypatch.setattr(store_secrets, "_NOBODY", f"scrypt$16$8$5${'00' * 16}${'00' * 32}")


def test_a_key_lets_its_program_in(store):
    key = store.add_client("key", "门户网站")
    assert len(key) >= 43
    assert store.add_client("key", "other") != key
    assert store.client("key", key).name == "门户网站"
    for wrong in ["", key[:-1], key + " ", key.upper(), "x" * 100_000, "\x00", "\ud800", "' OR 1=1 --"]:
        assert store.client("key", wrong) is None


def test_a_person_comes_in_by_name_and_password(store):
    assert store.add_client("user", " 王芳 ", "密码𠮷 six七八") == "密码𠮷 six七八"
    assert store.client("user", "密码𠮷 six七八", "王芳").name == "王芳"
    for secret, name in [
        ("", "王芳"),
        ("密码𠮷 six七", "王芳"),
        ("密码𠮷 six七八", "王"),
        ("密码𠮷 six七八", ""),
        ("x" * 10_000, "王芳"),
    ]:
        assert store.client("user", secret, name) is None
    assert store.client("user", "密\ud800" * 8, "\x00") is None
    assert store.client("key", "密码𠮷 six七八") is None


def test_a_password_typed_on_another_keyboard_is_the_same(store):
    store.add_client("user", "Zoë", "caf\u00e9-caf\u00e9")
    assert store.client("user", "cafe\u0301-cafe\u0301", "Zoe\u0308")


def test_the_hash_of_a_key_is_no_key(store):
    key = store.add_client("key", "a")
    assert store.client("key", store_secrets.key_hash(key)) is None


def test_a_name_is_taken_once_of_each_kind(store):
    store.add_client("key", "a")
    store.add_client("user", "a", "password")
    for kind, secret in [("key", None), ("user", "password")]:
        with pytest.raises(StoreError, match="“a”已经有了"):
            store.add_client(kind, "a", secret)
    assert [(c.kind, c.name) for c in store.clients("key")] == [("key", "a")]


def test_a_revoked_client_is_out_and_may_be_added_again(store):
    old = store.add_client("key", "a")
    store.revoke("key", " a ")
    assert store.client("key", old) is None
    assert store.clients("key") == []
    assert store.client("key", store.add_client("key", "a")).name == "a"
    for kind, name in [("key", "b"), ("user", "a"), ("key", "\x00")]:
        with pytest.raises(MissingError, match="没有名为"):
            store.revoke(kind, name)


@pytest.mark.parametrize(
    ("kind", "name", "secret", "words"),
    [
        ("user", "", "password", "名称"),
        ("user", " \n", "password", "名称"),
        ("user", "a\x00b", "password", "名称"),
        ("user", "a\u202eb", "password", "名称"),
        ("user", "x" * 65, "password", "名称"),
        ("user", "a", "1234567", "密码应有 8"),
        ("user", "a", "x" * 1025, "密码应有 8 到 1024"),
        ("key", "a", "short", "密钥应有 32"),
    ],
)
def test_what_cannot_be_a_name_or_secret_is_refused(tmp_path, kind, name, secret, words):
    store = Store(sqlite_url(tmp_path / "a.db"))
    with pytest.raises(StoreError, match=words):
        store.add_client(kind, name, secret)
    assert store.clients(kind) == []
    store.close()


def test_no_secret_stands_in_the_file_and_equal_passwords_look_different(tmp_path):
    store = Store(sqlite_url(tmp_path / "a.db"))
    key = store.add_client("key", "a")
    for name in "bc":
        store.add_client("user", name, "same password")
    store.close()
    held = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert key.encode() not in held
    assert b"same password" not in held
    rows = [r[0] for r in sqlite3.connect(tmp_path / "a.db").execute("SELECT secret FROM youju_clients WHERE kind = 'user'")]
    assert len(set(rows)) == 2
    assert all(row.startswith("scrypt$") for row in rows)


def test_an_unknown_name_costs_as_much_as_a_wrong_password(store, monkeypatch):
    """Else the time would tell which names there are."""
    store.add_client("user", "a", "password")
    costs = []
    real = store_secrets._scrypt
    monkeypatch.setattr(store_secrets, "_scrypt", lambda *given: costs.append(given[2:]) or real(*given))
    assert store.client("user", "wrong one", "a") is None
    assert store.client("user", "wrong one", "nobody") is None
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_the_real_cost_of_a_password(monkeypatch):
    monkeypatch.undo()
    kept = store_secrets.hashed("user", "a password")
    assert kept.startswith("scrypt$16384$8$5$")
    assert store_secrets.matches(kept, "a password")
    assert not store_secrets.matches(kept, "a Password")
    assert not store_secrets.matches(None, "a password")
