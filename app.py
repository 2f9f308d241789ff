"""The chat over `corpus/`: brings its index up to date, then opens http://127.0.0.1:7860. Same as `make chat`."""

from __future__ import annotations

import sys
from pathlib import Path

from rag.settings import Settings
from rag.web.start import run

ROOT = Path(__file__).parent

if __name__ == "__main__":
    settings = Settings()
    index = settings.index if settings.index.is_absolute() else ROOT / settings.index
    sys.exit(run(index, [ROOT / "corpus"], settings.host, settings.port))
