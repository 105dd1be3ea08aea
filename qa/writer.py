"""The generator behind one small Protocol: the engines in the process, llama.cpp and transformers, and the choice of one.

Only this file imports xllamacpp or loads a causal language model with transformers. Heavy imports happen when an engine
is made.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from index import eightbit, hub, weights
from index.errors import WeightsError
from qa.settings import Settings
from qa.writing import GREEDY, Message, Replies, WriterError, estimated_tokens, fit, prompt_length, pumped, too_long

__all__ = ["LlamaWriter", "Message", "TransformersWriter", "Writer", "WriterError", "writer"]

_LOG = logging.getLogger(__name__)
_LLAMA_SLOTS = 2
"""Two cores write for four people in 3.6 times the time of one by twos, in 4.2 times all at once."""


class Writer(Protocol):
    """Chat messages → text, piece by piece."""

    name: str
    slots: int
    """Replies that it is best given at once, unless the settings say how many."""

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """Pieces of the reply, greedy; closing the iterator stops the writing. Empty ones while nothing comes.

        Raises:
            WriterError: when the engine fails, or prompt and reply do not fit its context together.
        """
        ...

    def count(self, text: str) -> int:
        """Tokens of a text: by the model's own vocabulary in the process, estimated on the high side for a server."""
        ...


def writer(settings: Settings) -> Writer:
    """The engine and model that the settings name.

    Raises:
        WeightsError: when the model has not been fetched or cannot be loaded.
    """
    if settings.engine == "openai":
        from qa.remote import OpenAIWriter  # noqa: PLC0415 - half a second, for this engine alone

        return OpenAIWriter(settings)
    name = settings.index.generator
    if name in weights.pinned():
        path = weights.require(settings.index.home, name) / "model.gguf"
        if settings.engine == "transformers":
            return TransformersWriter(str(path.parent), name, path.name, settings.context_tokens)
        return _of_gguf(path, name, settings)
    local = hub.cached(name) if hub.is_hub_name(name) else Path(name).expanduser()
    if settings.engine == "transformers":
        return TransformersWriter(str(local) if local.is_dir() else name, name, context=settings.context_tokens)
    if not local.is_file():
        raise WeightsError(
            f"找不到生成模型文件 {name}。请把 YOUJU_GENERATOR 设为 .gguf 文件的路径，或设 YOUJU_ENGINE=transformers。"
        )
    return _of_gguf(local, local.stem, settings)


def _of_gguf(path: Path, name: str, settings: Settings) -> Writer:
    """The engine for a GGUF file: by itself OpenVINO where the processor is made for 8 bits, llama.cpp elsewhere."""
    if settings.engine == "openvino" or (settings.engine == "auto" and eightbit.fast_here()):
        try:
            return _openvino(path, name, settings)
        except (WeightsError, OSError) as error:
            if settings.engine == "openvino":
                raise
            _LOG.warning("改用 llama.cpp（设 YOUJU_ENGINE=xllamacpp 就不再尝试）：%s", error)
    return LlamaWriter(path, name, settings)


def _openvino(path: Path, name: str, settings: Settings) -> Writer:
    from qa.openvino_writer import OpenVinoWriter  # noqa: PLC0415 - loads the model library

    home = settings.index.home
    if not eightbit.folder(home, path).is_dir():
        _LOG.warning("第一次启动：把 %s 转换为 8 位，约一分钟…", path.name)
    return OpenVinoWriter(eightbit.ensure(home, path), f"{name} (int8)", settings, _threads(settings), _counter(home, path))


def _threads(settings: Settings) -> int:
    return settings.threads or min(os.cpu_count() or 2, 8)


class LlamaWriter:
    """A GGUF model in llama.cpp's own server, in this process: thread-safe, batched, keeps prompt prefixes."""

    def __init__(self, path: Path, name: str, settings: Settings) -> None:
        import xllamacpp  # noqa: PLC0415 - loads the model library

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        self.slots = settings.slots or _LLAMA_SLOTS
        parameters.n_ctx = settings.context_tokens * self.slots
        parameters.n_parallel = self.slots
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = _threads(settings)
        parameters.n_batch = parameters.n_ubatch  # it stops only between two batches, and computes by the smaller ones anyway
        parameters.cache_ram_mib = 128  # the default of 8 GiB would outgrow small machines
        parameters.verbosity = -1
        parameters.endpoint_slots = False
        # The server also listens on a port of this machine, which nobody here needs: nobody else gets in.
        parameters.api_keys = [secrets.token_urlsafe(32)]
        with _quiet():
            try:
                self._server = xllamacpp.Server(parameters)
            except Exception as error:  # the binding raises bare RuntimeErrors
                raise WeightsError(
                    f"生成模型 {path.name} 无法载入（{error}）。文件可能不完整，请运行 python -m index fetch。"
                ) from error
        self.name = name
        self._context = settings.context_tokens
        self._count = _counter(settings.index.home, path)
        self._replies = Replies()

    def count(self, text: str) -> int:
        return self._count(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        fit(prompt_length(messages, self.count), max_tokens, self._context)
        request = {"messages": list(messages), "max_tokens": max_tokens, "stream": True, "cache_prompt": True} | GREEDY
        request["return_progress"] = True  # also told while the prompt is read: so it can be stopped then
        return self._replies.stream(messages, max_tokens, lambda: pumped(lambda push: self._run(request, push)))

    def _run(self, request: dict[str, Any], push: Callable[[str], bool]) -> None:
        failures: list[WriterError] = []

        def receive(chunk: Any) -> bool:
            """llama.cpp calls this per piece; True stops the writing. An exception raised in here would be lost."""
            if isinstance(chunk, dict) and "error" in chunk:
                failures.append(_llama_error(chunk["error"], request["max_tokens"]))
                return True
            choices = chunk.get("choices") if isinstance(chunk, dict) else None
            text = choices[0].get("delta", {}).get("content") if choices else None
            return not push(text or "")  # nothing yet while the prompt is read

        self._server.handle_chat_completions(request, receive)
        if failures:
            raise failures[0]


class TransformersWriter:
    """Any causal language model that transformers can load, from a local folder or the hub's local cache."""

    slots = 1
    """It writes one reply after the other: a second reader waits in the line, which is fair and tells the place."""

    def __init__(self, folder: str, name: str, gguf: str | None = None, context: int = 4096) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415 - takes seconds to import
        from transformers.utils import logging as transformers_logging  # noqa: PLC0415

        transformers_logging.disable_progress_bar()
        extra = {"gguf_file": gguf} if gguf else {}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, **extra)
            self._model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", **extra).eval()
        except Exception as error:  # the loader raises many unrelated types
            raise WeightsError(
                f"生成模型 {folder} 无法载入（{type(error).__name__}：{str(error)[:120]}）。"
                "请检查 YOUJU_GENERATOR 指的是完整的模型文件夹。"
            ) from error
        self.name = name
        self._context = context
        self._lock = threading.Lock()

    def count(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        inputs = self._inputs(messages, max_tokens)
        return pumped(lambda push: self._run(inputs, max_tokens, push))

    def _inputs(self, messages: Sequence[Message], max_tokens: int) -> Any:
        """The prompt's token ids, of shape (1, tokens), and their mask."""
        inputs = self._tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        fit(inputs["input_ids"].shape[1], max_tokens, self._context)
        return inputs

    def _run(self, inputs: Any, max_tokens: int, push: Callable[[str], bool]) -> None:
        from transformers import StoppingCriteria, StoppingCriteriaList, TextStreamer  # noqa: PLC0415

        stopped = threading.Event()

        class Pusher(TextStreamer):  # type: ignore[misc]
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002
                if text and not push(text):
                    stopped.set()

        class Stopper(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, *_: Any, **__: Any) -> Any:
                import torch  # noqa: PLC0415

                return torch.full((input_ids.shape[0],), stopped.is_set(), dtype=torch.bool)

        with self._lock:
            self._model.generate(
                **inputs,
                max_new_tokens=max_tokens,
                do_sample=False,
                streamer=Pusher(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
                stopping_criteria=StoppingCriteriaList([Stopper()]),
            )


def _llama_error(error: Mapping[str, Any], max_tokens: int) -> WriterError:
    if error.get("type") == "exceed_context_size_error":
        return too_long(error["n_prompt_tokens"], max_tokens, error["n_ctx"])
    return WriterError(f"生成模型出错：{error.get('message', '未知原因')}")


def _counter(home: Path, gguf: Path) -> Callable[[str], int]:
    """Exact counting by the vocabulary inside a GGUF file; the estimate, and a warning, for one that cannot be converted."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    try:
        vocabulary = Tokenizer.from_file(str(weights.tokenizer(home, gguf)))
    except Exception as error:  # tokenizers raises bare Exceptions
        _LOG.warning("%s 的词元数改用估计，会偏高：%s", gguf.name, error)
        return estimated_tokens
    return lambda text: len(vocabulary.encode(text, add_special_tokens=False))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """llama.cpp writes its log to file descriptor 2 while it loads."""
    saved = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as sink:
            os.dup2(sink.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
