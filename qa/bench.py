"""Runs of `python -m eval` as processes of their own: started, watched, stopped, resumed, compared. One at a time.

    bench = Bench(home / "bench")
    run = bench.start(bench.cases()[0].path, retrieval_only=True, limit=20)
    bench.run(run.id).done, bench.stop(run.id), bench.resume(run.id), bench.compare(first, second)

Everything about a run is in its folder, so another process, or the next start of the program, sees the same: `run.json`,
the case file under its own name, `log.txt`, and what `eval` writes (run.jsonl, summary.json, report.html). A lock that
the running process inherits tells whether it lives, also after the program that started it was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from qa import bench_records as files
from qa.bench_records import BenchError, CaseFile, Difference, Run, State, case_file

__all__ = ["Bench", "BenchError", "CaseFile", "Difference", "Run", "case_file"]

_ROOT = Path(__file__).parent.parent
SHIPPED = _ROOT / "eval" / "cases"
_ONE = "已经有一次评测在运行。请等它跑完，或先停止它。"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_TRIES = 50  # for the lock, 20 ms apart
_NICE = 10  # a run must not slow down the people who ask questions meanwhile
_COMPARING = 300  # seconds that a comparison may take


class Bench:
    """The runs of one folder; safe to share between threads, and between processes.

    Args:
        folder: where runs are kept.
        command: of the evaluation, without its subcommand.
        environment: of the process; this one's by default.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = (sys.executable, "-m", "eval"),
        environment: Mapping[str, str] | None = None,
        shipped: Path = SHIPPED,
    ) -> None:
        self._folder, self._command, self._shipped = folder, tuple(command), shipped
        self._environment = {**(os.environ if environment is None else environment), "PYTHONUTF8": "1"}
        self._children: list[subprocess.Popen[bytes]] = []
        self._seen: dict[str, tuple[float, int]] = {}  # run → when its first new line was seen, and how many it had
        self._lock = Lock()

    def cases(self) -> list[CaseFile]:
        """The shipped files that can be run, by name."""
        found = []
        for path in sorted(self._shipped.glob("*.jsonl")):
            with suppress(BenchError):  # files of other kinds lie beside them
                found.append(case_file(path))
        return found

    def start(self, path: Path, retrieval_only: bool, limit: int | None = None, name: str = "") -> Run:
        """Copy a case file into a folder of its own and run it. `name`: of an uploaded file.

        Raises:
            BenchError: the file cannot be used, or another run is going on.
        """
        file = case_file(path)
        if limit is not None and limit < 1:
            raise BenchError(f"用例数量不能是 {limit}。请填 1 以上的整数，或留空跑全部。")
        run = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        called = files.plain(name or path.name)
        with self._lock:
            self._refuse_second()
            folder = self._folder / run
            folder.mkdir(parents=True)
            shutil.copyfile(path, folder / called)
            told = {
                "file": called,
                "kind": file.kind,
                "retrieval_only": retrieval_only or file.kind == "profiles",
                "limit": limit,
                "total": min(file.count, limit or file.count),
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            (folder / "run.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
            self._launch(folder, told)
        return self.run(run)

    def resume(self, run: str) -> Run:
        """Go on with a run that was stopped or failed; lines that it has are kept.

        Raises:
            BenchError: no such run, it is complete, or another one is going on.
        """
        folder = self._of(run)
        with self._lock:
            self._refuse_second()
            if (folder / "report.html").exists():
                raise BenchError(f"{files.told(folder)['file']} 这一次已经跑完了。要再跑一遍，请重新开始。")
            (folder / "stopped").unlink(missing_ok=True)
            self._seen.pop(run, None)
            self._launch(folder, files.told(folder))
        return self.run(run)

    def stop(self, run: str) -> Run:
        """End a run; what it has answered is kept. Nothing happens to one that has ended.

        Raises:
            BenchError: no such run.
        """
        folder = self._of(run)
        running = self._running()
        if running and running["run"] == run:
            (folder / "stopped").touch()
            with suppress(ProcessLookupError):
                os.kill(int(running["pid"]), signal.SIGTERM)
            self._wait()
        return self.run(run)

    def remove(self, run: str) -> None:
        """Delete a run with its report.

        Raises:
            BenchError: no such run, or it is going on.
        """
        folder = self._of(run)
        running = self._running()
        if running and running["run"] == run:
            raise BenchError("这一次还在运行。请先停止它，再删除。")
        shutil.rmtree(folder)

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        if not self._folder.is_dir():
            return []
        names = [p.name for p in self._folder.iterdir() if _ID.fullmatch(p.name) and (p / "run.json").exists()]
        return sorted(map(self.run, names), key=lambda run: (run.started, run.id), reverse=True)

    def run(self, run: str) -> Run:
        """One run as it stands now.

        Raises:
            BenchError: no such run.
        """
        folder = self._of(run)
        told = files.told(folder)
        running = self._running()
        alive = running is not None and running["run"] == run
        done = files.lines(folder / "run.jsonl")
        complete = (folder / "report.html").exists() and not alive
        stopped = (folder / "stopped").exists()
        state: State = "running" if alive else "done" if complete else "stopped" if stopped else "failed"
        said = files.said(folder / "log.txt")
        return Run(
            run,
            told["file"],
            told["kind"],
            told["retrieval_only"],
            told["total"],
            min(done, told["total"]),
            state,
            self._left(run, done, told["total"]) if alive else None,
            files.problem(said) if state == "failed" else "",
            tuple(dict.fromkeys(line.removeprefix("警告：") for line in said if line.startswith("警告："))),
            files.started(run, told),
        )

    def running(self) -> Run | None:
        """The run that is going on."""
        found = self._running()
        return self.run(found["run"]) if found else None

    def summary(self, run: str) -> dict[str, Any] | None:
        """What summary.json holds; None before the run is complete.

        Raises:
            BenchError: no such run.
        """
        path = self._of(run) / "summary.json"
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def report(self, run: str) -> Path:
        """The file of a run's report.

        Raises:
            BenchError: no such run, or it has none yet.
        """
        path = self._of(run) / "report.html"
        if not path.exists():
            raise BenchError("这一次还没有报告。跑完以后才有。")
        return path

    def compare(self, first: str, second: str) -> list[Difference]:
        """Paired differences, the second less the first, over the cases that both have.

        Raises:
            BenchError: the same run twice, different case files, profiles, or not complete.
        """
        folders = [self._of(run) for run in (first, second)]
        told = [files.told(folder) for folder in folders]
        if first == second:
            raise BenchError("两次选的是同一次运行。请选两次不同的。")
        if any(t["kind"] == "profiles" for t in told):
            raise BenchError("画像用例的运行不能逐例比较，请直接看两份报告。")
        for folder, t in zip(folders, told, strict=True):
            if not (folder / "report.html").exists():
                when = self.run(folder.name).when
                raise BenchError(f"{t['file']}（北京时间 {when} 开始）还没有跑完，不能比较。请先继续运行。")
        texts = [files.case_lines(f / t["file"]) for f, t in zip(folders, told, strict=True)]
        if texts[0] != texts[1]:
            raise BenchError("两次用的不是同一份用例文件，不能逐例比较。请选用例文件相同的两次。")
        shared = self._folder / f"compare-{secrets.token_hex(4)}"
        shared.mkdir()
        try:
            file = shared / told[0]["file"]
            lines = [line for line in texts[0] if line.strip()][: min(t["total"] for t in told)]
            file.write_text("\n".join(lines) + "\n", "utf-8")
            return self._compared(file, folders)
        finally:
            shutil.rmtree(shared, ignore_errors=True)

    def close(self) -> None:
        """Stop what this object started; it can be resumed."""
        running = self._running()
        if running and any(child.pid == running["pid"] for child in self._children):
            self.stop(running["run"])

    def _compared(self, file: Path, folders: Sequence[Path]) -> list[Difference]:
        command = [*self._command, "compare", "--cases", str(file), *map(str, folders)]
        try:
            made = subprocess.run(command, cwd=_ROOT, env=self._environment, capture_output=True, timeout=_COMPARING, check=False)
        except subprocess.TimeoutExpired:
            raise BenchError(f"比较用了 {_COMPARING} 秒还没有结果，已停止。请换用例较少的两次运行。") from None
        if made.returncode:
            raise BenchError(files.problem(made.stderr.decode("utf-8", "replace").splitlines()))
        return files.differences(made.stdout.decode("utf-8"))

    def _launch(self, folder: Path, told: Mapping[str, Any]) -> None:
        command = [*self._command, "run", f"--{told['kind']}", str(folder / told["file"]), "--out", str(folder)]
        command += ["--retrieval-only"] if told["retrieval_only"] and told["kind"] == "cases" else []
        command += ["--limit", str(told["limit"])] if told["limit"] else []
        with self._held() as lock, (folder / "log.txt").open("wb") as log:
            child = subprocess.Popen(
                command,
                cwd=_ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
            )
            os.pwrite(lock, json.dumps({"run": folder.name, "pid": child.pid}).encode(), 0)
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)
        self._children = [*(c for c in self._children if c.poll() is None), child]

    @contextmanager
    def _held(self) -> Iterator[int]:
        """The lock, as a file that the child may inherit; the child's copy keeps it when this one is closed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / "running", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            for attempt in range(_TRIES, -1, -1):  # somebody who only looks holds it for a moment
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not attempt:
                        raise BenchError(_ONE) from None
                    time.sleep(0.02)
            os.ftruncate(lock, 0)  # who ran before must not be taken for the one that runs now
            yield lock
        finally:
            os.close(lock)

    def _running(self) -> dict[str, Any] | None:
        for child in self._children:
            child.poll()  # a child that nobody has waited for keeps its number
        try:
            lock = os.open(self._folder / "running", os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            found = json.loads(os.read(lock, 1000) or b"{}")
            return found if "run" in found else None
        finally:
            os.close(lock)
        return None

    def _refuse_second(self) -> None:
        if self._running():
            raise BenchError(_ONE)

    def _wait(self, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while self._running() and time.monotonic() < end:
            time.sleep(0.05)

    def _left(self, run: str, done: int, total: int) -> float | None:
        """From the pace since the first line of this start was seen: opening the models is no part of it."""
        now = time.monotonic()
        at, had = self._seen.setdefault(run, (now, done))
        return (now - at) / (done - had) * max(0, total - done) if done > had else None

    def _of(self, run: str) -> Path:
        folder = self._folder / run
        if not _ID.fullmatch(run) or not (folder / "run.json").exists():
            raise BenchError("没有这一次运行，可能已经删除。请刷新页面。")
        return folder
