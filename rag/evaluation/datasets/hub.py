"""Data sets of the Hugging Face hub, or a folder in its layout, through the optional package `datasets`.

Any with SQuAD-like columns will do: question, context, answers {"text", "answer_start"}, and perhaps id and title.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.evaluation.datasets.files import Files
from rag.evaluation.datasets.gathering import Gathering
from rag.evaluation.datasets.squad import read_flat
from rag.evaluation.records import Dataset
from rag.records import SourcierError

_NAME = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?::(?P<configuration>[\w.-]+))?(?:@(?P<split>[\w.-]+))?")
_SPLITS = ("validation", "test", "train")
_COLUMNS = ("question", "context", "answers")
_LAYOUT = (".parquet", ".arrow")


def is_name(argument: str) -> bool:
    """Whether an argument can be the name of a data set: NAME or OWNER/NAME, with :CONFIGURATION and @SPLIT."""
    return _NAME.fullmatch(argument) is not None


def is_folder(found: list[Path]) -> bool:
    """Whether these files of a folder are in the layout of the hub (Parquet or Arrow)."""
    return any(path.suffix in _LAYOUT for path in found)


def read(argument: str, files: Files) -> Dataset:
    """The split that is named, else validation, else test, else train.

    Raises SourcierError when `datasets` is not installed, the hub is out of reach, or the data is not SQuAD-like.
    """
    match = _NAME.fullmatch(argument)
    folder = Path(argument).is_dir()
    source = argument if folder or match is None else match["name"]
    configuration, wanted = (None, None) if folder or match is None else (match["configuration"], match["split"])
    split, rows = _split(_load(source, configuration, argument), wanted, argument)
    missing = [name for name in _COLUMNS if name not in rows.column_names]
    if missing:
        raise SourcierError(
            f"{argument}: no SQuAD-like data set: it has no {', '.join(missing)} (its columns: {', '.join(rows.column_names)})."
        )
    name = Path(source).resolve().name if folder else source.replace("/", "-")
    gathering = Gathering(f"{name}-{split}", files)
    for number, row in enumerate(rows, 1):
        files.count_bytes(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace"))
        read_flat(row, number, f"{argument}, {split}, row {number}", source, gathering)
    return gathering.dataset()


def _load(source: str, configuration: str | None, argument: str) -> Any:
    """What `datasets` makes of it: the splits by name, or one alone."""
    folder = Path(source)
    missing = "" if folder.exists() else "no such file or folder; as a Hugging Face data set: "
    try:
        import datasets  # optional, and takes a second to import
    except ImportError:
        raise SourcierError(f"{argument}: {missing}it takes the package datasets: pip install datasets") from None
    with _quiet():
        try:
            if (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file():
                return datasets.load_from_disk(source)
            return datasets.load_dataset(source, configuration)
        except datasets.exceptions.DatasetNotFoundError:
            problem = "the hub has no such data set (or it is private: huggingface-cli login)"
        except (ConnectionError, TimeoutError):
            problem = "the hub cannot be reached: go online, or give the data set's files"
        except Exception as error:  # builders raise whatever their files make them
            problem = f"datasets cannot load it ({type(error).__name__}: {str(error)[:200]})"
    raise SourcierError(f"{argument}: {missing}{' '.join(problem.split())}.")


def _split(loaded: Any, wanted: str | None, argument: str) -> tuple[str, Any]:
    if not isinstance(loaded, dict):
        return str(loaded.split or "all"), loaded
    for split in [wanted] if wanted else [*_SPLITS, *loaded]:
        if split in loaded:
            return split, loaded[split]
    raise SourcierError(f"{argument}: no split {wanted}; it has: {', '.join(loaded)}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the hub client's lines about each of its retries: one clear line comes in the end."""
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
