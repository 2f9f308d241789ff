"""Power cuts, full disks, second writers: what was published stays, and no work is done twice."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from articles import article, write_folder, write_jsonl
from checks import check_whole, texts_of
from hashing_embedder import HashingEmbedder

from rag.index import Index, sole_writer
from rag.ingestion import build_index
from rag.records import SourcierError

HERE = Path(__file__).parent


def test_kill_9_at_any_moment_leaves_a_whole_index(tmp_path) -> None:
    source = write_folder(tmp_path / "articles", 40)
    command = [sys.executable, "kill_writer.py", str(source), str(tmp_path / "index"), "40", "7"]
    run = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    killed, _ = map(int, run.stdout.split())
    assert killed >= 10
    assert not list((tmp_path / "index").rglob("*.pkl"))
    left = sorted(path.name for path in (tmp_path / "index").iterdir())
    assert len(left) == 2, left  # the newest generation and the writer's lock


class _Stopping(HashingEmbedder):
    """Is interrupted at the n-th batch."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.left = batches

    def encode(self, texts, *, query=False):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().encode(texts, query=query)


def test_what_was_embedded_before_an_interruption_is_not_embedded_again(tmp_path) -> None:
    table = write_jsonl(tmp_path / "a.jsonl", list(range(1100)))
    stopped, again = _Stopping(2), HashingEmbedder()
    with pytest.raises(KeyboardInterrupt):
        build_index([table], tmp_path / "index", embedder=stopped)
    with pytest.raises(SourcierError, match="sourcier index"):
        Index.open(tmp_path / "index")
    report = build_index([table], tmp_path / "index", embedder=again)
    assert len(stopped.seen) == 1024
    assert len(stopped.seen) + len(again.seen) == report.passages
    assert not set(stopped.seen) & set(again.seen)
    assert (report.added, report.published) == (1100, True)
    with Index.open(tmp_path / "index", embedder=again) as index:
        check_whole(index, HashingEmbedder())


def test_an_interrupted_run_goes_on_with_other_paths(tmp_path) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", list(range(500)))
    second = write_jsonl(tmp_path / "b.jsonl", list(range(400, 700)))
    stopped, again = _Stopping(1), HashingEmbedder()
    with pytest.raises(KeyboardInterrupt):
        build_index([first], tmp_path / "index", embedder=stopped)
    build_index([second], tmp_path / "index", embedder=again)
    with Index.open(tmp_path / "index") as index:
        check_whole(index, HashingEmbedder())
        assert {summary.reference.id for summary in index.documents()} == {f"a{n}" for n in range(400, 700)}
        assert index.manifest.arguments == (str(second),)


def test_an_interrupted_run_goes_on_with_another_embedder(tmp_path) -> None:
    table = write_jsonl(tmp_path / "a.jsonl", list(range(500)))
    other = HashingEmbedder(dimension=48, weights="b")
    with pytest.raises(KeyboardInterrupt):
        build_index([table], tmp_path / "index", embedder=_Stopping(1))
    report = build_index([table], tmp_path / "index", embedder=other)
    assert len(other.seen) == report.passages
    with Index.open(tmp_path / "index", embedder=other) as index:
        check_whole(index, HashingEmbedder(dimension=48, weights="b"))


def test_a_second_writer_is_told_to_wait(tmp_path, embedder) -> None:
    source = write_folder(tmp_path / "articles", 2)
    with sole_writer(tmp_path / "index"), pytest.raises(SourcierError, match=r"Another .* wait") as caught:
        build_index([source], tmp_path / "index", embedder=embedder)
    assert "\n" not in str(caught.value)
    assert build_index([source], tmp_path / "index", embedder=embedder).published


def _index_under_a_file_limit(source: Path, directory: Path, limit: int) -> str:
    """Index where no file may grow over `limit` bytes; returns the error's text."""
    child_reads, parent_writes = os.pipe()
    child = os.fork()
    if child == 0:
        message = "no error"
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            build_index([source], directory, embedder=HashingEmbedder())
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
        os.write(parent_writes, message.encode())
        os._exit(0)
    os.close(parent_writes)
    message = os.read(child_reads, 4096).decode()
    os.waitpid(child, 0)
    os.close(child_reads)
    return message


def test_a_file_that_cannot_grow_is_one_line_and_the_old_index_stays(tmp_path, embedder) -> None:
    source, directory = write_folder(tmp_path / "articles", 60), tmp_path / "index"
    build_index([source], directory, embedder=embedder)
    (source / "new.txt").write_text(article(900, paragraphs=100), "utf-8")
    sizes = sorted({file.stat().st_size for file in directory.rglob("*") if file.is_file()})
    limits = {size + extra for size in sizes for extra in (-1, 200)} - {max(sizes) + 200}
    for limit in sorted(limits):  # lets it fail at each of its files
        message = _index_under_a_file_limit(source, directory, max(limit, 1))
        assert message.startswith("SourcierError: No space is left"), (limit, message)
        assert "\n" not in message
        with Index.open(directory) as index:
            assert index.manifest.generation == 1
            check_whole(index, HashingEmbedder())
    assert build_index([source], directory, embedder=embedder).added == 1


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    ) if os.geteuid() == 0 else None  # fmt: skip
    if mount is None or mount.returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_the_old_index_stays(tmp_path, small_disk, embedder) -> None:
    source, directory = write_folder(tmp_path / "articles", 30), small_disk / "index"
    build_index([source], directory, embedder=embedder)
    with Index.open(directory) as index:
        before = texts_of(index)
    for number in range(1500):
        (source / f"new-{number}.txt").write_text(article(1000 + number), "utf-8")
    with pytest.raises(SourcierError, match="No space is left") as caught:
        build_index([source], directory, embedder=embedder)
    assert "\n" not in str(caught.value)
    with Index.open(directory) as index:
        assert texts_of(index) == before
        check_whole(index, HashingEmbedder())
    for number in range(1500):
        (source / f"new-{number}.txt").unlink()
    (source / "small.txt").write_text(article(999), "utf-8")
    assert build_index([source], directory, embedder=embedder).added == 1
