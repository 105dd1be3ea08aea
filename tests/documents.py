"""Small documents for the tests of `corpus`: the text as a user would write it, read as the program reads it."""

from corpus.clauses import clauses
from corpus.records import Document
from corpus.repair import repair

FIELDS = {
    "id": "d",
    "title": "测试文件",
    "number": "",
    "issuer": "",
    "issued": None,
    "year": None,
    "level": "未知",
    "region": "",
    "status": "未知",
    "supersedes": (),
    "source": "d.txt",
    "sha256": "",
}


def document(raw, **fields):
    """A Document whose text is `raw` repaired; fields not given are empty."""
    text, edits = repair(raw)
    return Document(**{**FIELDS, **fields}, text=text, edits=edits)


def parts(raw):
    """[(address as printed, text)] of every clause, in reading order."""
    return [(str(c.address), c.text) for c in clauses(document(raw))]


def addresses(raw):
    """Addresses of all clauses, in reading order."""
    return [a for a, _ in parts(raw)]


def clause_at(raw, address):
    """The one clause with this printed address."""
    (found,) = [c for c in clauses(document(raw)) if str(c.address) == address]
    return found
