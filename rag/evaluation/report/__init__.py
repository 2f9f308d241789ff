"""report.html: what a run found, as one page that needs no network. `write` for one run, `write_overview` for several."""

from rag.evaluation.report.overview import write_overview
from rag.evaluation.report.page import write

__all__ = ["write", "write_overview"]
