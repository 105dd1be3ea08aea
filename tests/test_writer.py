"""The transformers engine on a model of a few thousand weights, made here; and which engine settings choose."""

from dataclasses import replace

import pytest

from index.errors import WeightsError
from qa.settings import Settings, SettingsError
from qa.writer import TransformersWriter, WriterError, _pumped, estimated_tokens, writer


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A random two-layer causal model with a character tokenizer and a chat template."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    words = {w: i for i, w in enumerate(["<unk>", "<eos>", *"有补贴吗助企业可以申请。"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<eos>")
    fast.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    fast.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, eos_token_id=None
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def test_streams_as_many_tokens_as_asked_and_always_the_same(tiny):
    made = TransformersWriter(str(tiny), "tiny")
    messages = [{"role": "user", "content": "有补贴吗"}]
    first = "".join(made.stream(messages, 12))
    assert first == "".join(made.stream(messages, 12))
    assert 0 < len(first.replace(" ", "")) <= 12 * len("<unk>")
    assert made.count("有补贴") == 3


def test_leaving_early_stops_the_engine(tiny):
    made = TransformersWriter(str(tiny), "tiny")
    stream = made.stream([{"role": "user", "content": "有补贴吗"}], 4000)
    next(stream)
    stream.close()
    assert not made._lock.locked()


def test_settings_choose_transformers(tiny, settings):
    chosen = Settings(index=replace(settings, generator=str(tiny)), engine="transformers")
    assert isinstance(writer(chosen), TransformersWriter)


def test_missing_file_is_named_with_the_remedy(settings):
    with pytest.raises(WeightsError, match="YOUJU_GENERATOR"):
        writer(Settings(index=replace(settings, generator="/nowhere/model.gguf")))


def test_missing_pinned_weights_say_what_to_run(settings):
    with pytest.raises(WeightsError, match="python -m index fetch"):
        writer(Settings(index=replace(settings, generator="qwen2.5-coder-1.5b-instruct")))


def test_unusable_folder_is_told(tmp_path):
    with pytest.raises(WeightsError, match="无法载入"):
        TransformersWriter(str(tmp_path), "empty")


def test_failing_engine_reaches_the_reader():
    def fail(push):
        push("一半")
        raise RuntimeError("显存不足")

    stream = _pumped(fail)
    assert next(stream) == "一半"
    with pytest.raises(WriterError, match="显存不足"):
        next(stream)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YOUJU_PORT", "0"),
        ("YOUJU_PORT", "http"),
        ("YOUJU_ENGINE", "magic"),
        ("YOUJU_SLOTS", "999"),
        ("YOUJU_EVIDENCE_TOKENS", "-1"),
    ],
)
def test_impossible_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_settings_from_the_environment(tmp_path):
    found = Settings.from_environment({"YOUJU_HOME": str(tmp_path), "YOUJU_PORT": "8000", "YOUJU_ENGINE": "transformers"})
    assert (found.port, found.engine, found.index.home) == (8000, "transformers", tmp_path)
    assert Settings.from_environment({}).engine == "xllamacpp"


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("税收优惠政策规定", 5), ("2025年", 4), ("GDP\n", 2)])
def test_estimate_of_tokens(text, tokens):
    assert estimated_tokens(text) == tokens
