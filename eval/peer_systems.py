"""What `python -m eval.peers` compares: ours, four libraries as they come, and BM25 alone.

A library splits and stores as it does when nothing is said; a variant that says something has it in its name
and its label. Only the vectors are given: all come from the one encoder of `index.models`, so that splitting
and ranking are compared, not models. Only this file imports these libraries, each when it is asked for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from corpus.clauses import clauses
from corpus.records import Document
from index import rerank
from index.build import build as build_index
from index.lexical import Lexical
from index.models import Encoder, Vectors
from index.passages import SKIPPED, passage
from index.search import open_index
from index.settings import IndexSettings

OURS = "ours"
FUSED = "ours-fused"
"""Ours without the reranker: a second line only where the settings name one."""
_QUIET = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",  # docs.haystack.deepset.ai/docs/telemetry
    "LANGSMITH_TRACING": "false",  # LangChain sends traces when a user's shell has this on
    "LANGCHAIN_TRACING_V2": "false",  # the older name of the same switch
    "HF_HUB_DISABLE_TELEMETRY": "1",  # txtai reads its models through huggingface_hub
    "DO_NOT_TRACK": "1",  # LlamaIndex's core and txtai report nothing themselves; this is for what they bring along
}


class PeersError(ValueError):
    """A comparison that cannot be run; the message (Chinese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Material:
    """What every system is built from."""

    settings: IndexSettings
    documents: Sequence[Document]
    encoder: Encoder

    @property
    def texts(self) -> list[str]:
        return [d.text for d in self.documents]


@dataclass(frozen=True, slots=True)
class Built:
    """A system that can be asked."""

    search: Callable[[str, int], list[str]]
    """(question, k) → the texts of the k best chunks, best first."""
    lengths: list[int]
    """Characters of each chunk."""
    vectors: int
    """How many were stored."""


Builder = Callable[[], Built]
Prepare = Callable[[Material], Builder]
"""Imports a library and loads what it needs besides; only what it returns is timed."""


@dataclass(frozen=True, slots=True)
class System:
    """One line of the comparison."""

    name: str
    label: str
    """Its settings, in Chinese, for the report."""
    prepare: Prepare
    needs: tuple[str, ...] = ()
    """Distributions that must be installed."""


def chosen(names: Sequence[str], reranker: str) -> list[System]:
    """The systems of these names in the order of the report, all for none; ours is always among them.

    Without a reranker in the settings the two lines of ours would be one and the same.

    Raises:
        PeersError: for an unknown name, or when a library is not installed.
    """
    unknown = [n for n in names if n not in SYSTEMS]
    if unknown:
        raise PeersError(f"不认识的系统：{'、'.join(unknown)}。可用：{'、'.join(SYSTEMS)}。")
    wanted = {OURS, *(names or SYSTEMS)} - ({FUSED} if reranker == rerank.OFF else set())
    found = [s for s in SYSTEMS.values() if s.name in wanted]
    absent = sorted({n for s in found for n in s.needs if not version(n)})
    if absent:
        ready = [s.name for s in SYSTEMS.values() if s.name != FUSED and all(map(version, s.needs))]
        raise PeersError(
            f"没有安装 {'、'.join(absent)}。这些库只在比较时用到，请在源码目录运行："
            "pip install -c constraints.txt -e '.[peers]'；"
            f"或者只比较现在就能跑的：{' '.join(f'--only {n}' for n in ready)}。"
        )
    return found


def version(distribution: str) -> str:
    """The installed version; empty when there is none."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def silence() -> None:
    """Switch off what the libraries report to their makers; they read it when they are imported."""
    os.environ.update(_QUIET)


def _ours(reread: bool) -> Prepare:
    def prepare(material: Material) -> Builder:
        judge = rerank.reranker(material.settings) if reread else None

        def build() -> Built:
            with tempfile.TemporaryDirectory() as work:  # a new home: no vector comes from the cache
                settings = replace(material.settings, home=Path(work), index=Path(work) / "index")
                sentences = build_index(settings, material.encoder, progress=False).sentences
                index = open_index(settings, material.encoder, judge)
            lengths = [len(c.full) for c in index.clauses if c.kind not in SKIPPED]
            return Built(
                lambda question, k: [h.clause.full for h in index.search(question, k)], lengths, len(lengths) + sentences
            )

        return build

    return prepare


class _LangChainEmbeddings:
    """LangChain's Embeddings interface around our encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return _lists(self._encoder.passages(texts))

    def embed_query(self, text: str) -> list[float]:
        return _lists(self._encoder.queries([text]))[0]


def _langchain(**sizes: int) -> Prepare:
    def prepare(material: Material) -> Builder:
        from langchain_core.vectorstores import InMemoryVectorStore  # noqa: PLC0415
        from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415

        def build() -> Built:
            chunks = RecursiveCharacterTextSplitter(**sizes).create_documents(material.texts)
            store = InMemoryVectorStore.from_documents(chunks, _LangChainEmbeddings(material.encoder))

            def search(question: str, k: int) -> list[str]:
                return [d.page_content for d in store.similarity_search(question, k=k)]

            return Built(search, [len(c.page_content) for c in chunks], len(chunks))

        return build

    return prepare


def _llamaindex(material: Material) -> Builder:
    from llama_index.core import Document as LlamaDocument  # noqa: PLC0415
    from llama_index.core import VectorStoreIndex  # noqa: PLC0415
    from llama_index.core.base.embeddings.base import BaseEmbedding  # noqa: PLC0415
    from llama_index.core.node_parser import SentenceSplitter  # noqa: PLC0415

    def build() -> Built:
        encoder = material.encoder

        class Embedding(BaseEmbedding):  # type: ignore[misc]
            """Our encoder; the library asks for a subclass."""

            def _get_query_embedding(self, query: str) -> list[float]:
                return _lists(encoder.queries([query]))[0]

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

            def _get_text_embedding(self, text: str) -> list[float]:
                return self._get_text_embeddings([text])[0]

            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                return _lists(encoder.passages(texts))

        nodes = SentenceSplitter().get_nodes_from_documents([LlamaDocument(text=t) for t in material.texts])
        index = VectorStoreIndex(nodes, embed_model=Embedding())

        def search(question: str, k: int) -> list[str]:
            return [n.node.get_content() for n in index.as_retriever(similarity_top_k=k).retrieve(question)]

        return Built(search, [len(n.get_content()) for n in nodes], len(nodes))

    return build


def _haystack(**splitting: Any) -> Prepare:
    def prepare(material: Material) -> Builder:
        from haystack import Document as HaystackDocument  # noqa: PLC0415
        from haystack.components.preprocessors import DocumentSplitter  # noqa: PLC0415
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever  # noqa: PLC0415
        from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415

        def build() -> Built:
            # Its ids are hashes of the content: the name keeps two like documents apart.
            whole = [HaystackDocument(content=d.text, meta={"name": d.id}) for d in material.documents]
            splitter = DocumentSplitter(**splitting)
            chunks = [c for c in splitter.run(documents=whole)["documents"] if c.content.strip()]
            vectors = _lists(material.encoder.passages([c.content for c in chunks]))
            store = InMemoryDocumentStore()
            store.write_documents([replace(c, embedding=v) for c, v in zip(chunks, vectors, strict=True)])
            retriever = InMemoryEmbeddingRetriever(store)

            def search(question: str, k: int) -> list[str]:
                vector = _lists(material.encoder.queries([question]))[0]
                return [d.content for d in retriever.run(query_embedding=vector, top_k=k)["documents"]]

            return Built(search, [len(c.content) for c in chunks], len(chunks))

        return build

    return prepare


def _txtai(**segmentation: bool) -> Prepare:
    def prepare(material: Material) -> Builder:
        from txtai import Embeddings  # noqa: PLC0415
        from txtai.pipeline import Segmentation  # noqa: PLC0415

        def build() -> Built:
            def transform(texts: list[str]) -> Vectors:
                """The library's one hook for foreign vectors; its own instructions tell question from passage."""
                mark, bare = texts[0][0], [t[1:] for t in texts]
                return material.encoder.queries(bare) if mark == "?" else material.encoder.passages(bare)

            split = Segmentation(**segmentation)
            chunks = [chunk for text in material.texts for chunk in split(text)]
            marks = {"query": "?", "data": "."}
            embeddings = Embeddings(method="external", transform=transform, instructions=marks, content=True)
            embeddings.index(chunks)

            def search(question: str, k: int) -> list[str]:
                return [row["text"] for row in embeddings.search(question, k)]

            return Built(search, [len(c) for c in chunks], len(chunks))

        return build

    return prepare


def _bm25_clauses(material: Material) -> Builder:
    def build() -> Built:
        found = [c for d in material.documents for c in clauses(d) if c.kind not in SKIPPED]
        return _bm25([passage(c) for c in found], [c.full for c in found])

    return build


def _bm25_chunks(material: Material) -> Builder:
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415

    def build() -> Built:
        splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50)
        chunks = [chunk for text in material.texts for chunk in splitter.split_text(text)]
        return _bm25(chunks, chunks)

    return build


def _bm25(indexed: Sequence[str], returned: Sequence[str]) -> Built:
    lexical = Lexical.build(indexed)

    def search(question: str, k: int) -> list[str]:
        scores = lexical.scores(question)
        return [returned[i] for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]

    return Built(search, [len(t) for t in returned], 0)


def _lists(vectors: Vectors) -> list[list[float]]:
    """The form that the libraries ask for."""
    return [[float(x) for x in row] for row in vectors]


_LANGCHAIN = ("langchain-core", "langchain-text-splitters")
SYSTEMS = {
    s.name: s
    for s in (
        System(OURS, "有据：条款，各路排名合并；设有重排模型（YOUJU_RERANKER）时再重读前几条", _ours(reread=True)),
        System(FUSED, "有据：同上，但不用重排模型", _ours(reread=False)),
        System(
            "langchain-4000",
            "LangChain：RecursiveCharacterTextSplitter 默认（4000 字，重叠 200），InMemoryVectorStore",
            _langchain(),
            _LANGCHAIN,
        ),
        System(
            "langchain-500",
            "LangChain：同上，但按常见做法设为 500 字、重叠 50",
            _langchain(chunk_size=500, chunk_overlap=50),
            _LANGCHAIN,
        ),
        System(
            "llamaindex",
            "LlamaIndex：SentenceSplitter 默认（1024 词元，重叠 200），VectorStoreIndex",
            _llamaindex,
            ("llama-index-core",),
        ),
        System(
            "haystack",
            "Haystack：DocumentSplitter 默认（按空格每 200 词；中文没有空格，几乎不切分），InMemoryEmbeddingRetriever",
            _haystack(),
            ("haystack-ai",),
        ),
        System(
            "haystack-line",
            "Haystack：同上，但设为每行一段（split_by=line，split_length=1），不是默认",
            _haystack(split_by="line", split_length=1),
            ("haystack-ai",),
        ),
        System(
            "txtai-paragraph",
            "txtai：Segmentation(paragraphs=True)，以空行分段；默认的 faiss 和 SQLite",
            _txtai(paragraphs=True),
            ("txtai",),
        ),
        System("txtai-line", "txtai：同上，但 Segmentation(lines=True)，每行一段", _txtai(lines=True), ("txtai",)),
        System("bm25-clauses", "只用 BM25：我们的条款（带标题和章节名），中文词", _bm25_clauses),
        System("bm25-chunks", "只用 BM25：LangChain 500 字片段，中文词", _bm25_chunks, _LANGCHAIN[1:]),
    )
}
