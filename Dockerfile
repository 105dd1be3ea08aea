# 有据 YouJu: page and API on port 7860. Weights, index and conversations live in /data, a volume.
#
#   docker build -t youju .                      # nothing but the program and its libraries
#   docker build -t youju --build-arg WEIGHTS=1 .    # with weights and index inside, for machines without a network
#   docker run -d --init -p 127.0.0.1:7860:7860 -v youju-data:/data --stop-timeout 60 youju
ARG PYTHON=3.11
FROM python:${PYTHON}-slim-bookworm

# Options of pip, for instance the place of PyTorch built for CPUs, which is some gigabytes smaller.
ARG PIP_ARGS=""
ARG WEIGHTS=0

ENV PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    HOME=/tmp \
    YOUJU_HOME=/data \
    YOUJU_HOST=0.0.0.0 \
    YOUJU_PORT=7860

RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --no-create-home youju \
    && install --directory --owner=youju --mode=0700 /data

WORKDIR /app
# The libraries in a layer of their own: it stays as it is while only the program changes.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir -p corpus eval/train index prompts qa/migrations/versions \
    && pip install ${PIP_ARGS} -c constraints.txt -e .
COPY . .

USER youju
RUN if [ "$WEIGHTS" = 1 ]; then python -m index ensure; fi
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGTERM
# The first start fetches weights and builds the index, which takes minutes.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30m --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
CMD ["sh", "-c", "python -m index ensure && exec python -m qa serve"]
