# 有据 YouJu. `make help` lists what people do. Paths are relative: the folder may have blanks or Chinese in its name.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help serve ask chat index test check eval clean debian

VENV := .venv
PY := $(VENV)/bin/python
# The first interpreter that is new enough; `make PYTHON=…` overrides it.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
PIP_ARGS ?=
export PYTHONUTF8 := 1

help: ## 列出命令
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-8s %s\n", $$1, $$2}'

$(PY):
	@test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 以上版本。请先安装，或写 make PYTHON=/路径/python3.11。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "建立虚拟环境失败。Debian/Ubuntu 请先运行：apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/installed: $(PY) pyproject.toml constraints.txt
	@echo "安装依赖（第一次需要几分钟）…"
	@$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $@

serve: $(VENV)/installed ## 装好一切，在一个端口上提供网页和接口（HOST=0.0.0.0 PORT=7860 可改）
	@$(PY) -m index ensure
	@$(PY) -m qa serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

ask: override export Q := $(value Q)
ask: $(VENV)/installed ## 在终端里问一个问题：make ask Q="众创空间能享受哪些税收优惠？"
	@$(PY) -m index ensure >/dev/null
	@$(PY) -m qa ask "$$Q"

chat: $(VENV)/installed ## 在终端里连续提问
	@$(PY) -m index ensure >/dev/null
	@$(PY) -m qa chat

index: $(VENV)/installed ## 取权重，建立或更新索引
	@$(PY) -m index fetch
	@$(PY) -m index build

# Chromium with Chinese letters for the page, PostgreSQL for the store, node for the examples of the API guide.
debian:
	@need=""; \
	command -v chromium >/dev/null || need="$$need chromium"; \
	compgen -G "/usr/share/fonts/opentype/noto/NotoSansCJK*" >/dev/null || fc-list :lang=zh 2>/dev/null | grep -q . || need="$$need fonts-noto-cjk"; \
	command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || need="$$need postgresql"; \
	command -v node >/dev/null || need="$$need nodejs"; \
	test -z "$$need" && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as=""; else as="sudo -n"; fi; \
	if command -v apt-get >/dev/null && $$as true 2>/dev/null; then \
		echo "安装测试要用的系统软件：$$need"; \
		{ $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$need >/dev/null; } \
		|| { echo "没有装上。请自己装好再运行 make test：$$need"; exit 1; }; \
	else echo "测试还缺系统软件：$$need。请先安装，Debian/Ubuntu 上运行：sudo apt install$$need"; exit 1; fi

test: $(VENV)/installed-dev debian ## 全部测试：先快的，再用真实模型的
	@$(PY) -m pytest -m "not real and not peers"
	@$(PY) -m index ensure
	@$(PY) -m pytest -m real

check: $(VENV)/installed-dev ## 格式、静态检查、类型、语料
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m corpus check > /dev/null && echo "语料完整"

eval: override export CASES := $(value CASES)
eval: override export OUT := $(value OUT)
eval: $(VENV)/installed ## 有 CASES 则跑用例：make eval CASES=文件 OUT=文件夹 [ARGS="--retrieval-only"]；没有则测速度
	@$(PY) -m index ensure
	@if [ -n "$$CASES" ]; then $(PY) -m eval run --cases "$$CASES" --out "$${OUT:-runs/latest}" $(ARGS); \
	else $(PY) -m eval speed $(ARGS); fi

clean: ## 删去虚拟环境和缓存（不动权重和索引）
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
