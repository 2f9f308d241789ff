"""The most memory that a stretch of work takes."""

from __future__ import annotations

import contextlib
import re
import resource
import sys
from pathlib import Path
from types import TracebackType

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


class Peak:
    """The peak of the process's resident memory while the block runs, in MiB, in `mib` after it.

    Linux forgets the peak of what ran before in the process ("5" to clear_refs, proc(5)); elsewhere, and where that is
    forbidden, it is the peak since the process began (getrusage).
    """

    mib: float = 0.0

    def __enter__(self) -> Peak:
        with contextlib.suppress(OSError):
            _CLEAR.write_text("5")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            found = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())
        except OSError:
            found = None
        if found:
            self.mib = round(int(found[1]) / 1024, 1)
        else:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            self.mib = round(most / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
