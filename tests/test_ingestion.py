"""The index trip with the bundled embedder: what is read, kept, embedded, removed and reported."""

import functools
import json
import os
import shutil
import threading
from collections.abc import Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import open_embedder
from rag.index import Index
from rag.ingestion import build_index
from rag.passages import contextual_text
from rag.records import SourcierError
from rag.settings import BUNDLED

TOPICS = ("la vigne", "le port de Brest", "les loups du Mercantour", "la ligne de chemin de fer", "le musée")


def article(number: int, ending: str = "") -> str:
    topic = TOPICS[number % len(TOPICS)]
    body = "\n\n".join(
        f"Paragraphe {part} : le dossier {number} sur {topic} occupe le conseil municipal depuis {part + 2} ans. "
        f"La maire a promis une réponse avant le {part + 3} mars, quand les {number + 3} associations seront entendues."
        for part in range(8)
    )
    return f"Dossier {number} : {topic}\n\n{body}{ending}\n"


class Counting:
    """The bundled embedder, remembering what it was asked to embed."""

    def __init__(self) -> None:
        self._embedder = open_embedder(str(BUNDLED / "embedder"))
        self.name, self.fingerprint = self._embedder.name, self._embedder.fingerprint
        self.dimension = self._embedder.dimension
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        self.seen.extend(texts)
        return self._embedder.encode(texts, query=query)


@pytest.fixture
def embedder() -> Counting:
    return Counting()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(article(number), "utf-8")
    return folder


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def table(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


def state(directory: Path) -> dict[str, tuple[str, str]]:
    """Of each document: its path and text."""
    with Index.open(directory) as index:
        documents = [index.document(summary.reference.id) for summary in index.documents()]
        return {document.id: (document.path, document.text) for document in documents}


def check_vectors(directory: Path, embedder: Counting) -> None:
    """Every vector, carried over or new, is that of its passage."""
    with Index.open(directory, embedder=embedder) as index:
        positions = np.arange(len(index))
        expected = Counting().encode([contextual_text(passage) for passage in index.passages(positions)])
        np.testing.assert_allclose(index.vectors.vectors(positions), expected, atol=2e-3)


def test_a_first_run_reports_what_it_did(source, directory, embedder) -> None:
    stages: dict[str, list[tuple[int, int | None]]] = {}

    def progress(stage: str, done: int, total: int | None) -> None:
        stages.setdefault(stage, []).append((done, total))

    report = build_index([source], directory, embedder=embedder, progress=progress)
    assert (report.added, report.updated, report.unchanged, report.removed, report.duplicates) == (6, 0, 0, 0, 0)
    assert (report.documents, report.passages, report.generation) == (6, len(embedder.seen), 1)
    assert report.published
    assert list(stages) == ["read", "embed", "terms", "publish"]
    assert stages["read"][-1] == (6, 6)
    assert stages["embed"][-1] == (report.passages, report.passages)
    assert json.loads(report.to_json())["added"] == 6
    check_vectors(directory, embedder)


def test_nothing_changed_publishes_nothing(source, directory, embedder) -> None:
    first = build_index([source], directory, embedder=embedder)
    embedder.seen.clear()
    os.utime(source / "1.txt", (1, 1))  # another time, the same content
    again = build_index([source], directory, embedder=embedder)
    assert not again.published
    assert (again.unchanged, again.documents, again.generation) == (6, 6, 1)
    assert again.passages == first.passages
    assert embedder.seen == []
    assert sorted(path.name for path in directory.iterdir()) == ["generation-000001", "writer.lock"]


def test_added_updated_and_removed(source, directory, embedder) -> None:
    build_index([source], directory, embedder=embedder)
    embedder.seen.clear()
    (source / "0.txt").unlink()
    (source / "1.txt").write_text(article(1, "\n\nUne phrase de plus a été ajoutée à la fin de cet article."), "utf-8")
    (source / "9.txt").write_text(article(9), "utf-8")
    report = build_index([source], directory, embedder=embedder)
    assert (report.added, report.updated, report.unchanged, report.removed) == (1, 1, 4, 1)
    assert state(directory) == {
        f"{n}.txt": (str(source / f"{n}.txt"), (source / f"{n}.txt").read_text("utf-8")) for n in (1, 2, 3, 4, 5, 9)
    }
    check_vectors(directory, embedder)
    with Index.open(directory) as index:
        changed = {contextual_text(p) for p in index.passages(range(len(index))) if p.document_id in ("1.txt", "9.txt")}
        assert set(embedder.seen) < changed  # of the article that changed, not even every passage


def test_the_index_equals_the_paths_named_last(source, directory, embedder) -> None:
    build_index([source], directory, embedder=embedder)
    embedder.seen.clear()
    report = build_index([source / "2.txt", source / "4.txt"], directory, embedder=embedder)
    assert (report.removed, report.unchanged) == (4, 2)
    assert set(state(directory)) == {"2.txt", "4.txt"}
    assert embedder.seen == []
    check_vectors(directory, embedder)


def test_the_same_text_is_stored_once_and_outlives_its_first_file(source, directory, embedder) -> None:
    (source / "0-copy.txt").write_text(article(0), "utf-8")
    report = build_index([source], directory, embedder=embedder)
    assert (report.documents, report.duplicates) == (6, 1)
    [(identifier, (first, text))] = [item for item in state(directory).items() if item[1][1] == article(0)]
    embedder.seen.clear()
    Path(first).unlink()
    report = build_index([source], directory, embedder=embedder)
    assert (report.documents, report.duplicates, report.removed) == (6, 0, 0)
    assert state(directory)[identifier] == (str(source / ("0-copy.txt" if "copy" not in first else "0.txt")), text)
    assert embedder.seen == []


def test_a_file_that_moved_is_not_embedded_again(source, directory, embedder) -> None:
    build_index([source], directory, embedder=embedder)
    embedder.seen.clear()
    (source / "3.txt").rename(source / "moved.txt")
    build_index([source], directory, embedder=embedder)
    assert str(source / "moved.txt") in {path for path, _ in state(directory).values()}
    assert len(state(directory)) == 6
    assert embedder.seen == []


def test_records_of_a_changed_table_keep_their_vectors(tmp_path, directory, embedder) -> None:
    records: list[dict[str, object]] = [{"id": f"r{n}", "title": f"T{n}", "text": article(n)} for n in range(5)]
    file = table(tmp_path / "t.jsonl", records)
    build_index([file], directory, embedder=embedder)
    embedder.seen.clear()
    records[1]["text"] = article(77)
    records[3]["author"] = "Claire Dupont"
    file = table(tmp_path / "t.jsonl", [{"id": "new", "title": "N", "text": article(8)}, *records[1:]])
    report = build_index([file], directory, embedder=embedder)
    assert (report.added, report.updated, report.unchanged, report.removed) == (1, 2, 2, 1)
    assert {text.partition("\n")[0] for text in embedder.seen} == {"T1", "N"}
    with Index.open(directory) as index:
        assert index.document("r3").author == "Claire Dupont"
    check_vectors(directory, embedder)


def test_records_that_shift_keep_ids_as_a_fresh_build_gives_them(tmp_path, directory, embedder) -> None:
    file = table(tmp_path / "t.jsonl", [{"text": article(n)} for n in range(4)])
    build_index([file], directory, embedder=embedder)
    embedder.seen.clear()
    table(file, [{"text": article(n)} for n in (9, 0, 1, 2, 3)])
    build_index([file], directory, embedder=embedder)
    build_index([file], tmp_path / "fresh", embedder=Counting())
    assert state(directory) == state(tmp_path / "fresh")
    assert len(state(directory)) == 5
    assert all("Dossier 9" in text for text in embedder.seen)
    check_vectors(directory, embedder)


def test_two_documents_with_one_id_are_told_apart(tmp_path, directory, embedder) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        table(tmp_path / name / "t.jsonl", [{"id": "same", "text": article(ord(name))}])
    paths = [tmp_path / "a" / "t.jsonl", tmp_path / "b" / "t.jsonl"]
    build_index(paths, directory, embedder=embedder)
    before = state(directory)
    assert len(before) == 2
    assert {identifier.partition("-")[0] for identifier in before} == {"same"}
    assert sorted(len(identifier) for identifier in before) == [4, 4 + 1 + 6]
    table(paths[1], [{"id": "same", "text": article(99)}])
    build_index(paths, directory, embedder=embedder)
    assert set(state(directory)) == set(before)


def test_a_bad_file_is_reported_and_the_rest_is_indexed(source, directory, embedder) -> None:
    (source / "empty.txt").write_text("")
    (source / "broken.pdf").write_bytes(b"%PDF-1.4 nothing of the kind")
    report = build_index([source], directory, embedder=embedder)
    assert report.documents == 6
    assert sorted(Path(failure.path).name for failure in report.failures) == ["broken.pdf", "empty.txt"]
    assert all(failure.reason and "\n" not in failure.reason and not failure.kept for failure in report.failures)


def test_a_file_that_cannot_be_read_any_more_keeps_its_old_version(source, directory, embedder) -> None:
    build_index([source], directory, embedder=embedder)
    (source / "2.txt").write_text("")
    report = build_index([source], directory, embedder=embedder)
    [failure] = report.failures
    assert (Path(failure.path).name, failure.kept) == ("2.txt", True)
    assert state(directory)["2.txt"][1] == article(2)
    (source / "2.txt").unlink()
    assert build_index([source], directory, embedder=embedder).removed == 1


def test_a_bad_record_is_reported_every_time_and_keeps_its_old_version(tmp_path, directory, embedder) -> None:
    file = table(tmp_path / "t.jsonl", [{"id": f"r{n}", "text": article(n)} for n in range(3)])
    build_index([file], directory, embedder=embedder)
    lines = file.read_text("utf-8").splitlines()
    record = {"id": "r2", "text": article(5)}
    file.write_text("\n".join([lines[0], '{"id": "r1", "text": ', json.dumps(record)]) + "\n", "utf-8")
    for published in (True, False):
        report = build_index([file], directory, embedder=embedder)
        [failure] = report.failures
        assert (failure.line, failure.kept, report.published) == (2, True, published)
        found = state(directory)
        assert set(found) == {"r0", "r1", "r2"}
        for identifier, number in (("r0", 0), ("r1", 1), ("r2", 5)):
            assert found[identifier][1].startswith(article(number)[:40])


@pytest.fixture
def site(tmp_path):
    """A folder on http://127.0.0.1."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def test_an_address_is_read_each_time_and_kept_while_it_is_down(site, source, directory, embedder) -> None:
    folder, address = site
    paths = [source, f"{address}/page.html"]
    body = "".join(f"<p>{line}</p>" for line in article(7).split("\n\n"))
    (folder / "page.html").write_text(f"<html><body><article><h1>Titre</h1>{body}</article></body></html>", "utf-8")
    assert build_index(paths, directory, embedder=embedder).added == 7
    embedder.seen.clear()
    assert not build_index(paths, directory, embedder=embedder).published
    assert embedder.seen == []
    (folder / "page.html").unlink()
    report = build_index(paths, directory, embedder=embedder)
    assert (report.documents, report.published) == (7, False)
    [failure] = report.failures
    assert failure.kept
    assert failure.path == f"{address}/page.html"
    assert build_index([source], directory, embedder=embedder).removed == 1


def test_nothing_readable_is_one_line(tmp_path, directory, embedder) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(SourcierError, match=r"Nothing could be read.*empty\.txt") as caught:
        build_index([tmp_path / "empty.txt"], directory, embedder=embedder)
    assert "\n" not in str(caught.value)
    with pytest.raises(SourcierError):
        build_index([tmp_path / "missing"], directory, embedder=embedder)


def test_verbose_says_what_was_set_aside(source, directory, embedder) -> None:
    (source / "cluttered.txt").write_text(article(7) + "\n\nÀ lire aussi : Le festival de Cannes\n", "utf-8")
    report = build_index([source], directory, embedder=embedder, verbose=True)
    assert any("festival de Cannes" in excerpt and reason for reason, excerpt in report.dropped["cluttered.txt"])
    assert not build_index([source / "0.txt"], directory, embedder=embedder).dropped
    with Index.open(directory) as index:
        assert not any("festival" in passage.text for passage in index.passages(range(len(index))))


def test_a_null_character_does_not_shift_passages(tmp_path, directory, embedder) -> None:
    (tmp_path / "nul.txt").write_text(article(1).replace("dossier", "dos\x00sier", 1), "utf-8")
    build_index([tmp_path / "nul.txt"], directory, embedder=embedder)
    with Index.open(directory) as index:
        document = index.document("nul.txt")
        for passage in index.passages(range(len(index))):
            assert document.text[passage.start : passage.end] == passage.text


def test_updates_in_any_order_end_as_a_fresh_build(source, directory, tmp_path, embedder) -> None:
    generator = np.random.default_rng(11)
    for step in range(6):
        build_index([source], directory, embedder=embedder)
        for number in generator.choice(12, 4, replace=False):
            file = source / f"{number}.txt"
            match generator.integers(4):
                case 0:
                    file.unlink(missing_ok=True)
                case 1:
                    shutil.copyfile(next(source.iterdir()), source / f"copy-{number}.txt")
                case _:
                    file.write_text(article(int(number) + 20 * step), "utf-8")
    build_index([source], directory, embedder=embedder)
    build_index([source], tmp_path / "fresh", embedder=Counting())
    texts, fresh = ({text for _, text in state(folder).values()} for folder in (directory, tmp_path / "fresh"))
    assert texts == fresh
    check_vectors(directory, embedder)
    with Index.open(directory) as index, Index.open(tmp_path / "fresh") as other:
        assert index.terms.vocabulary == other.terms.vocabulary
        assert index.manifest.counts == other.manifest.counts
    assert not list(directory.rglob("*.pkl"))
