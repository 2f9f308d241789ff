"""From a folder of articles to an open chat: what `app.py` and `sourcier chat` both do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rag.progress import shown_progress
from rag.records import SourcierError
from rag.web.port import bind


def start(
    index_dir: Path,
    paths: Sequence[Path | str] | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    embedder: str | None = None,
) -> None:
    """Brings the index up to date with `paths` (None: leaves it as it is) and serves the chat until Ctrl-C.

    `embedder` names the model of the index, by default the one of the settings. Raises SourcierError when the port
    is taken, a path does not exist, or there is no index.
    """
    listening = bind(host, port)  # first: who runs it twice learns so at once, not after the indexing
    try:
        if paths is not None:
            update_index(index_dir, paths, embedder)
        from rag.assistant import Assistant
        from rag.web.server import build_app, serve  # gradio takes seconds to import: not before it is needed

        app = build_app(Assistant.open(index_dir, embedder=embedder))
    except BaseException:
        listening.close()
        raise
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listening.getsockname()[1]}"
    serve(app, listening, ready=lambda: print(f"Sourcier est prêt : {url}", flush=True))


def update_index(index_dir: Path, paths: Sequence[Path | str], embedder: str | None) -> None:
    """Makes the index equal the paths, with a progress bar where there is a terminal; unreadable files are named."""
    from rag.embedding import open_embedder
    from rag.ingestion import build_index

    with shown_progress() as progress:
        report = build_index(
            [str(path) for path in paths], index_dir, embedder=open_embedder(embedder), progress=progress
        )
    for failure in report.failures:
        print(f"Non indexé : {failure.path} ({failure.reason})", file=sys.stderr)


def run(index_dir: Path, paths: Sequence[Path | str] | None, host: str, port: int) -> int:
    """`start` for a command line: the exit status, 1 after one line on stderr when it cannot start, 130 for Ctrl-C
    while it indexes."""
    try:
        start(index_dir, paths, host, port)
    except SourcierError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
