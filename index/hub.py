"""Models that the settings name on the official hub: fetched once into the hub's own cache, then read from there.

A name is `organisation/model`, or `organisation/model:file.gguf` for one file of a repository.
"""

from __future__ import annotations

import re
from pathlib import Path

from index.errors import WeightsError

_NAME = re.compile(r"[\w.-]+/[\w.-]+(?P<file>:[\w./-]+)?")


def is_hub_name(name: str) -> bool:
    """True for a name of the hub's form that is no path on this machine."""
    return bool(_NAME.fullmatch(name)) and not Path(name).expanduser().exists()


def fetch(name: str) -> Path:
    """Download a model or one file of it; what is there already is not downloaded again.

    Raises:
        WeightsError: when the hub cannot be reached or does not have it.
    """
    return _get(name, local=False)


def cached(name: str) -> Path:
    """Where a fetched model or file lies; opens no connection.

    Raises:
        WeightsError: when it has not been fetched.
    """
    return _get(name, local=True)


def _get(name: str, local: bool) -> Path:
    from huggingface_hub import hf_hub_download, snapshot_download  # noqa: PLC0415 - slow to import

    repository, _, file = name.partition(":")
    try:
        found = (
            hf_hub_download(repository, file, local_files_only=local)
            if file
            else snapshot_download(repository, local_files_only=local)
        )
    except Exception as error:  # the hub client raises many unrelated types
        if local:
            raise WeightsError(f"模型 {name} 还没有下载。请运行：python -m index fetch。") from error
        raise WeightsError(f"模型 {name} 下载失败（{type(error).__name__}）。请检查名称和网络，或下载后改用本地路径。") from error
    return Path(found)
