"""Serving the page: fonts and styles from here only, headers that forbid everything else, and a port that is ours."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Before gradio is imported: it reads these once. Nothing is sent to anyone.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.assistant import Assistant
from rag.web.page import build_page

_STYLES = [Path(__file__).with_name(name) for name in ("style.css", "document.css")]

# A drop over a wave: what a sourcier looks for
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6470"/>'
    '<path d="M16 5c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z" fill="#fff"/>'
    '<path d="M6 26c3-3 5-3 10 0s7 3 10 0" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>'
)

_HEADERS = {
    # Gradio's own page needs inline scripts and eval; what this does enforce is that nothing comes from elsewhere
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def build_app(assistant: Assistant) -> FastAPI:
    """The page as an ASGI application, at "/"."""
    app = FastAPI(title="Sourcier", docs_url=None, redoc_url=None, openapi_url=None)
    style = "\n".join(path.read_text("utf-8") for path in _STYLES)

    # Not through gradio's `css`: that is applied twice, once with every selector rewritten
    @app.get("/sourcier/style.css", include_in_schema=False)
    def stylesheet() -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000"})

    @app.get("/favicon.ico", include_in_schema=False)
    def icon() -> Response:
        return Response(_ICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})

    version = hashlib.sha256(style.encode()).hexdigest()[:12]
    gr.mount_gradio_app(
        app,
        build_page(assistant),
        path="/",
        theme=_theme(),
        head=f'<link rel="stylesheet" href="sourcier/style.css?{version}">',
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=1,  # nothing is uploaded here
    )
    app.add_middleware(_Headers)
    return app


def serve(app: ASGIApp, listening: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until Ctrl-C or SIGTERM, without a traceback. `ready` is called once requests are answered."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, lifespan="on")
    try:
        Server(config, ready).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn has shut down already and hands the signal on
    finally:
        listening.close()


@contextmanager
def serving(app: ASGIApp, listening: socket.socket) -> Iterator[str]:
    """Serves in a thread of this process while the `with` block runs, and gives the address: for tests and scripts."""
    ready = threading.Event()
    server = Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, lifespan="on"), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        if not ready.wait(30):
            raise RuntimeError("the server did not start within 30 seconds")
        host, port = listening.getsockname()[:2]
        yield f"http://{host}:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)


class Server(uvicorn.Server):
    """uvicorn, with a call once it answers, and a quiet end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each open tab holds a stream that never ends by itself: closed here, it ends without an error in the log
        for connection in list(self.server_state.connections):
            if transport := getattr(connection, "transport", None):
                transport.close()
        await super().shutdown(sockets)


class _Headers:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers)


def _theme() -> gr.themes.Base:
    # IBM Plex Sans comes with gradio and is served from here; its file of weight 600 lacks the basic letters
    sans = (gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "ui-sans-serif", "system-ui", "sans-serif")
    mono = ("ui-monospace", "Consolas", "monospace")
    return gr.themes.Base(primary_hue="teal", neutral_hue="stone", radius_size="md", font=sans, font_mono=mono)
