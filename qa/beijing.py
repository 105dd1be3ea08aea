"""Times as readers are told them: in Beijing, whatever the machine's own zone is, since containers mostly run in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_ZONE = timezone(timedelta(hours=8))


def beijing(moment: datetime) -> datetime:
    """The same moment by the clock in Beijing."""
    return moment.astimezone(_ZONE)
