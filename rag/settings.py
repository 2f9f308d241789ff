"""Every setting in one place: defaults, overridden by SOURCIER_* environment variables, then by options."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

BUNDLED = Path(__file__).parent / "bundled"


class Settings(BaseSettings):
    """What a user may set without touching code."""

    model_config = SettingsConfigDict(env_prefix="SOURCIER_")

    index: Path = Path("indexes/default")
    embedder: str = str(BUNDLED / "embedder")
    reranker: str = "bundled"  # or "none", or a cross-encoder
    host: str = "127.0.0.1"
    port: int = 7860
