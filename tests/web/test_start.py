"""Starting the chat as a user does, in a process of its own: ready in one line, stopped without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rag.records import SourcierError
from rag.web.port import bind

ROOT = Path(__file__).parents[2]

# Reports every address that the process looks up or connects to, other than this machine
WATCHED = """
import ipaddress, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        host = arguments[1][0] if event == "socket.connect" and isinstance(arguments[1], tuple) else arguments[0]
        if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "::1", ""):
            print("OUTSIDE", event, host, file=sys.stderr, flush=True)
sys.addaudithook(watch)
from pathlib import Path
from rag.web.start import run
paths = sys.argv[3:] or None
sys.exit(run(Path(sys.argv[1]), paths, "127.0.0.1", int(sys.argv[2])))
"""


def _environment() -> dict[str, str]:
    # HF_HUB_OFFLINE stays unset: nothing may be sent even where the network would allow it
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WATCHED, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=_environment(),
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tour.md").write_text("# La tour\n\nLa tour de Fessenheim mesure 71 mètres de haut.\n", "utf-8")
    return folder


def test_it_indexes_serves_calls_nobody_and_stops(articles: Path, tmp_path: Path) -> None:
    port = _free_port()
    process = _start(tmp_path / "index", port, articles)
    assert process.stdout
    try:
        assert process.stdout.readline() == f"Sourcier est prêt : http://127.0.0.1:{port}\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as response:
            page = response.read().decode()
            policy = response.headers["Content-Security-Policy"]
        assert "<title>" in page or "gradio_config" in page
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sourcier/style.css", timeout=20) as response:
            assert response.headers["Content-Type"].startswith("text/css")
        # A tab that is left open holds a stream: it must not hold up the end, or fill it with a traceback
        heartbeat = urllib.request.urlopen(f"http://127.0.0.1:{port}/gradio_api/heartbeat/abc", timeout=20)
        assert heartbeat.readline()
    finally:
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    heartbeat.close()
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_taken_port_is_one_line(articles: Path, tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        process = _start(tmp_path / "index", port, articles)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert errors.count("\n") == 1
    assert f"Le port {port} de 127.0.0.1 n’est pas disponible (déjà pris)" in errors
    assert not (tmp_path / "index").exists(), "known before any work is done"


def test_no_index_is_one_line(tmp_path: Path) -> None:
    process = _start(tmp_path / "index", _free_port())
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99_999), ("nulle.part.invalid", 7860), ("", -1)])
def test_an_address_that_cannot_be_had_is_one_line(host: str, port: int) -> None:
    with pytest.raises(SourcierError, match="n’est pas disponible") as caught:
        bind(host, port)
    assert "\n" not in str(caught.value)
