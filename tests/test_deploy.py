"""What is deployed agrees with the program: ports, paths, users, commands, and every setting in the operator's guide."""

import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from index import __main__ as index_cli
from index.settings import IndexSettings
from qa import __main__ as cli
from qa import guard_front
from qa.meters import Meters
from qa.settings import Settings

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/operating.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
UNIT = (ROOT / "deploy/youju.service").read_text("utf-8")
NGINX = (ROOT / "deploy/nginx.conf").read_text("utf-8")
DEFAULTS = Settings(index=IndexSettings.from_environment({}))
SETTINGS = {f"YOUJU_{f.name.upper()}" for f in fields(Settings) if f.name != "index"}
FOLDERS = {f"YOUJU_{n}" for n in ("HOME", "CORPUS", "INDEX", "ENCODER", "RERANKER", "EMBEDDING", "GENERATOR")}


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def default(name):
    """What the guide's table says of a variable."""
    found = re.search(rf"^\| `{name}` \| ([^|]+) \|", GUIDE, re.MULTILINE)
    return found[1].strip().strip("`") if found else None


def test_every_setting_is_in_the_guide_and_nothing_else_is():
    rows = set(re.findall(r"^\| `(YOUJU_\w+)` \|", GUIDE, re.MULTILINE))
    assert rows == SETTINGS | FOLDERS
    assert set(re.findall(r"YOUJU_[A-Z_]+[A-Z]", GUIDE)) <= rows


@pytest.mark.parametrize("field", [f for f in fields(Settings) if isinstance(f.default, int) or f.name in ("host", "engine")])
def test_the_guide_gives_the_true_default(field):
    assert default(f"YOUJU_{field.name.upper()}") == str(field.default)


def test_every_setting_is_read_from_the_environment(tmp_path):
    """A field that nobody can set would be a promise of the guide that does not hold."""
    values = {f.name: f.default + 1 if isinstance(f.default, int) else f.default for f in fields(Settings) if f.name != "index"}
    values |= {"store_url": "sqlite:////x", "cors": "https://a.cn", "proxies": "::1", "host": "h", "engine": "openai"}
    values |= {"writer_url": "http://a/v1", "writer_key": "k", "writer_model": "m", "record": 0, "bench": 0}
    environment = {f"YOUJU_{name.upper()}": str(value) for name, value in values.items()}
    read = Settings.from_environment(environment | {"YOUJU_HOME": str(tmp_path)})
    assert {name: getattr(read, name) for name in values} == values


def test_every_metric_is_in_the_guide():
    names = {f.name + ("_total" if f.type == "counter" else "") for f in Meters().registry.collect()}
    assert names == {n for n in re.findall(r"`(youju_\w+)", GUIDE) if not n.endswith("_")}


def test_commands_of_the_guide_exist():
    command = get_command(cli.app)
    for line in re.findall(r"python -m qa ([a-z]+ ?[a-z]*)", GUIDE + DOCKERFILE + UNIT):
        first, _, second = line.strip().partition(" ")
        assert first in command.commands, line
        if hasattr(command.commands[first], "commands"):
            assert second in command.commands[first].commands, line
    assert "ensure" in get_command(index_cli.app).commands


def test_the_unit_starts_what_is_there_and_waits_long_enough():
    values = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    home = values["WorkingDirectory"]
    assert values["ExecStart"] == f"{home}/.venv/bin/python -m qa serve"
    assert values["ExecStartPre"] == f"{home}/.venv/bin/python -m index ensure"
    assert f"YOUJU_HOME=/var/lib/{values['StateDirectory']}" in values["Environment"]
    assert int(values["TimeoutStopSec"]) > DEFAULTS.patience + guard_front._LAST
    assert values["User"] != "root"
    assert home in GUIDE
    assert values["EnvironmentFile"].lstrip("-") in GUIDE


def test_systemd_reads_the_unit(tmp_path):
    program = shutil.which("systemd-analyze")
    assert program, "no systemd-analyze on this machine: apt install systemd"
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    unit = tmp_path / "youju.service"
    unit.write_text(re.sub(r"/opt/youju/\.venv/bin/python", str(python), UNIT), "utf-8")
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True)
    mine = [line for line in done.stderr.splitlines() if "youju" in line and "Failed to" not in line]
    assert mine == []


def test_the_image_is_small_unprivileged_and_checked():
    assert re.search(r"^FROM python:\$\{PYTHON\}-slim", DOCKERFILE, re.MULTILINE)
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert re.search(r"^ARG PYTHON=(.+)$", DOCKERFILE, re.MULTILINE)[1] == needed.removeprefix(">=")
    lines = DOCKERFILE.splitlines()
    assert lines.index("USER youju") < lines.index('RUN if [ "$WEIGHTS" = 1 ]; then python -m index ensure; fi')
    assert "ARG WEIGHTS=0" in lines
    assert not [line for line in lines if line.startswith("USER") and line != "USER youju"]
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[1]
    assert f"YOUJU_PORT={port}" in DOCKERFILE
    assert f"http://127.0.0.1:{port}/readyz" in DOCKERFILE
    assert "YOUJU_HOST=0.0.0.0" in DOCKERFILE
    volume = re.search(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)[1]
    assert f"YOUJU_HOME={volume}" in DOCKERFILE


def test_the_image_makes_a_folder_for_every_package_before_it_installs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    made = re.search(r"mkdir -p (.+?) \\", DOCKERFILE)[1].split()
    wanted = {name.replace(".", "/") for name in project["tool"]["setuptools"]["packages"]}
    assert {w for w in wanted if not any(m == w or m.startswith(f"{w}/") for m in made)} == set()
    copied = re.search(r"^COPY (pyproject.+) \./$", DOCKERFILE, re.MULTILINE)[1].split()
    needed = {"pyproject.toml", "constraints.txt", project["project"]["readme"], *project["project"]["license-files"]}
    assert needed == set(copied)


def test_what_docker_leaves_out_is_not_needed_and_what_is_secret_is_left_out():
    out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", ".venv", ".env", "runs"} <= set(out)
    assert not {"corpus", "docs", "eval", "index", "prompts", "qa", "README.md", "LICENSE", "pyproject.toml"} & set(out)
    assert "tests" in out
    for file in ROOT.glob("qa/**/*.py"):
        assert "from tests" not in file.read_text("utf-8"), file


def test_compose_fits_the_image_and_the_store():
    services = compose()["services"]
    app, database = services["youju"], services["database"]
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[1]
    assert app["ports"] == [f"127.0.0.1:${{PORT:-7860}}:{port}"]
    assert app["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"][0] == "CMD-SHELL"
    named = compose()["volumes"]
    mounts = [m.split(":") for s in services.values() for m in s["volumes"]]
    assert all(name in named for name, _ in mounts)
    assert re.search(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)[1] in [path for _, path in mounts]
    user, name = database["environment"]["POSTGRES_USER"], database["environment"]["POSTGRES_DB"]
    url = re.sub(r"\$\{[^}]+\}", "pw", app["environment"]["YOUJU_STORE_URL"])
    assert url == f"postgresql+psycopg://{user}:pw@database/{name}"
    assert {k for k in app["environment"] if k.startswith("YOUJU_")} <= SETTINGS | FOLDERS
    patience = int(app["environment"]["YOUJU_PATIENCE"])
    assert int(app["stop_grace_period"].removesuffix("s")) > patience + guard_front._LAST
    arguments = set(re.findall(r"^ARG (\w+)=", DOCKERFILE, re.MULTILINE))
    assert set(app["build"]["args"]) <= arguments


def test_the_database_password_is_never_empty_by_default():
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert text.count("${DATABASE_PASSWORD:?") == text.count("DATABASE_PASSWORD:?") == text.count("${DATABASE_PASSWORD") == 2


def test_the_proxy_passes_on_what_the_door_reads():
    assert f"server 127.0.0.1:{DEFAULTS.port};" in NGINX
    sent = dict(re.findall(r"proxy_set_header ([\w-]+)\s+(.+);", NGINX))
    assert sent["X-Forwarded-For"] == "$proxy_add_x_forwarded_for"
    assert sent["X-Forwarded-Proto"] == "$scheme"
    assert sent["X-Forwarded-Host"] == '""'  # what a client says of it would be believed
    assert re.search(r"proxy_buffering\s+off;", NGINX)
    size = int(re.search(r"client_max_body_size (\d+)m;", NGINX)[1])
    assert DEFAULTS.upload_mb < size <= DEFAULTS.upload_mb + 5


def test_links_of_the_guide_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
    for path in re.findall(r"`(deploy/[\w.]+)`", GUIDE):
        assert (ROOT / path).exists(), path


def test_the_tests_tell_what_to_install_where_nothing_may_be(tmp_path):
    """A path with the shell's tools alone: no browser, no database, nothing to install them with."""
    for tool in ("bash", "grep", "id", "true", "python3", "awk", "sed"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    command = [shutil.which("make"), "-f", str(ROOT / "Makefile"), "debian"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode != 0
    assert "sudo apt install" in done.stdout
    assert "chromium" in done.stdout
    assert "nodejs" in done.stdout
