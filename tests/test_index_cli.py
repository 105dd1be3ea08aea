import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import HashEncoder
from wheels import NAME, Site

from index import __main__ as cli
from index import files, models, weights


@pytest.fixture(autouse=True)
def _environment(settings, monkeypatch):
    for name, value in (("HOME", settings.home), ("CORPUS", settings.corpus), ("INDEX", settings.index)):
        monkeypatch.setenv(f"YOUJU_{name}", str(value))


@pytest.fixture
def run(monkeypatch, capsys):
    """(exit code, output, errors) of `python -m index …` in this process, with the fake encoder."""
    encoder = HashEncoder()
    monkeypatch.setattr(models, "encoder", lambda _: encoder)
    monkeypatch.setattr(models, "fingerprint", lambda _: encoder.fingerprint)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["index", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    run.encoder = encoder
    return run


def test_build_then_status_then_search(run, settings):
    code, out, _ = run("build", "--quiet")
    assert code == 0
    assert out.startswith("索引就绪：3 份文件，")
    assert f"新算向量 {run.encoder.embedded} 个" in out
    code, out, _ = run("status")
    assert code == 0
    assert "向量模型 hash:1" in out
    assert out.rstrip().endswith("文件完整，与语料一致。")
    code, out, _ = run("search", "失能老年人每人每月发放护理补贴200元", "--k", "2")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith(" 1 青政办发〔2021〕3号 二（二）  [")
    assert lines[1] == "   《青石县人民政府办公室关于印发社区养老服务补贴办法的通知》（青政办发〔2021〕3号） 补贴标准"
    assert lines[2] == "   （二）年满60周岁的失能老年人，每人每月发放护理补贴200元。"
    assert sum("cos" in line for line in lines) == 2


def test_search_takes_filters(run):
    run("build", "--quiet")
    _, out, _ = run("search", "补贴", "--level", "省", "--level", "国家", "--k", "100")
    assert "江政发〔2020〕8号" in out
    assert "国办发〔2019〕21号" in out
    assert "青政办发〔2021〕3号" not in out
    _, out, _ = run("search", "补贴", "--region", "火星")
    assert out == "没有找到条款。请换一种说法，或去掉筛选条件。\n"


@pytest.mark.parametrize("command", [["status"], ["search", "补贴"]])
def test_without_an_index_the_remedy_is_told(run, settings, command):
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err == f"错误：还没有索引（{settings.index}）。请运行：python -m index build（或 make index）。\n"


@pytest.mark.parametrize("command", [["status"], ["search", "补贴"]])
def test_a_changed_corpus_is_told(run, settings, command):
    run("build", "--quiet")
    (settings.corpus / "new.txt").write_text("一、补贴对象\n老年人。\n", "utf-8")
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"错误：语料（{settings.corpus}）或读取规则在建索引之后有改动")
    assert "python -m index build" in err


def test_another_encoder_is_told(run):
    run("build", "--quiet")
    run.encoder.fingerprint = "other:2"
    code, _, err = run("search", "补贴")
    assert code == 1
    assert err.startswith("错误：索引是用向量模型 hash:1 建的，现在用的是 other:2。请运行：python -m index build")


def test_an_unusable_document_is_told(run, settings):
    (settings.corpus / "空.txt").write_bytes(b"")
    code, _, err = run("build", "--quiet")
    assert code == 1
    assert err.startswith("错误：空.txt：文件是空的")


def test_other_files_are_passed_over_and_change_nothing(run, settings):
    run("build", "--quiet")
    for name in ("表.docx", "~$表.docx", "Thumbs.db"):
        (settings.corpus / name).write_bytes(b"PK")
    assert run("status")[0] == 0
    code, out, _ = run("build", "--quiet")
    assert code == 0
    assert "跳过 表.docx" in out
    assert "~$" not in out


def test_ctrl_c_says_that_nothing_is_lost(run):
    run.encoder.fail_after = 0
    code, _, err = run("build", "--quiet")
    assert (code, err) == (130, "已中断。已完成的部分都保存了，再运行同一条命令会继续。\n")


@pytest.mark.parametrize("k", ["0", "101", "many"])
def test_k_out_of_range_is_a_usage_error(run, k):
    assert run("search", "补贴", "--k", k)[0] == 2


def test_missing_weights_are_told_with_the_command_that_fetches_them(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["index", "build"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    assert "还没有下载。请运行：python -m index fetch" in capsys.readouterr().err


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("YOUJU_ENCODER", str(tmp_path / "a folder of its own"))
    monkeypatch.setenv("YOUJU_GENERATOR", NAME)
    return Site(tmp_path / "site", monkeypatch)


def test_fetch_takes_the_pinned_models_of_the_settings_only(run, site, settings):
    code, out, _ = run("fetch", "--from", str(site.folder))
    assert code == 0
    assert f"获取 {NAME}" in out
    assert weights.is_complete(settings.home, NAME)
    assert run("fetch")[:2] == (0, f"{NAME}：已就绪\n")
    assert site.asked == []


def test_fetch_of_an_unknown_model_is_told(run, site):
    code, _, err = run("fetch", "--model", "gpt")
    assert code == 1
    assert err.startswith(f"错误：没有名为 gpt 的内置模型。可选：{NAME}")


def test_ensure_makes_what_is_missing_and_then_does_nothing(run, site, settings):
    code, out, _ = run("ensure")
    assert code == 0
    assert f"获取 {NAME}" in out
    assert "索引：还没有索引" in out
    assert "索引就绪：3 份文件" in out
    folder = files.current(settings.index)
    code, out, _ = run("ensure")
    assert (code, out) == (0, f"{NAME}：已就绪\n索引：已就绪\n")
    assert files.current(settings.index) == folder


def test_ensure_mends_a_damaged_index(run, site, settings):
    run("ensure")
    broken = files.current(settings.index) / "clauses.jsonl"
    broken.write_bytes(b"")
    code, out, _ = run("ensure")
    assert code == 0
    assert "索引文件 clauses.jsonl 已损坏" in out
    assert "新算向量 0 个" in out
    assert json.loads((files.current(settings.index) / files.MANIFEST).read_text("utf-8"))["counts"]["documents"] == 3


def test_the_module_runs_as_a_program(settings):
    root = Path(__file__).parent.parent
    environment = {"YOUJU_HOME": str(settings.home), "YOUJU_INDEX": str(settings.index), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-m", "index", "status"], cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.decode().startswith("错误：还没有索引")


def test_ensure_rebuilds_for_another_encoder(run, site, settings):
    run("ensure")
    run.encoder.fingerprint = "hash:2"
    code, out, _ = run("ensure")
    assert code == 0
    assert "索引是用向量模型 hash:1 建的，现在用的是 hash:2" in out
    assert json.loads((files.current(settings.index) / files.MANIFEST).read_text("utf-8"))["encoder"] == "hash:2"
