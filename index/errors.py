"""What can go wrong below `index/`; every message is Chinese and names the thing, the reason and the remedy.

IndexingError
├── WeightsError    a model's files are missing, damaged or cannot be fetched
├── BuildError      the index cannot be built: disk, lock, interruption
└── StaleIndexError the index is missing, damaged, or does not fit the corpus or the encoder
"""

from __future__ import annotations

import errno


class IndexingError(Exception):
    """Base of all errors of this folder."""


class WeightsError(IndexingError):
    """A model's files are missing, damaged or cannot be fetched."""


class BuildError(IndexingError):
    """The index cannot be built; the one that stood before is untouched."""


class StaleIndexError(IndexingError):
    """The index must not be answered from."""


def reason(error: OSError) -> str:
    """The cause of a failed file operation in plain Chinese."""
    known = {
        errno.ENOSPC: "磁盘已满",
        errno.EDQUOT: "磁盘配额已用完",
        errno.EFBIG: "文件超过了系统允许的大小",
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.EROFS: "磁盘是只读的",
    }
    if error.errno is None and "requested" in str(error):  # numpy loses the number: “n requested and m written”
        return "没有写完（磁盘已满，或文件超过了允许的大小）"
    return known.get(error.errno or 0, error.strerror or str(error))
