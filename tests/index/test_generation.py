"""An index that is opened: what it refuses, and how readers live beside a writer."""

import json
import os
import threading

import numpy as np
import pytest
from articles import article, write_folder
from checks import check_whole, stems_of, texts_of
from hashing_embedder import HashingEmbedder

from rag import french, passages
from rag.index import Index
from rag.ingestion import build_index
from rag.records import SourcierError


@pytest.fixture
def built(tmp_path, embedder):
    source, directory = write_folder(tmp_path / "articles", 8), tmp_path / "index"
    build_index([source], directory, embedder=embedder)
    return source, directory


def _edit_manifest(directory, **values) -> None:
    file = directory / "generation-000001" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), "utf-8")


def _refused(directory, **options) -> str:
    with pytest.raises(SourcierError) as caught:
        Index.open(directory, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_positions_are_shared_by_vectors_terms_and_store(built, embedder) -> None:
    _, directory = built
    with Index.open(directory, embedder=embedder) as index:
        check_whole(index, HashingEmbedder())
        wanted = index.passages([5])[0]
        by_vector = index.vectors.search(embedder.encode([passages.contextual_text(wanted)], query=True)[0], 1)[0]
        by_terms = index.terms.search(stems_of(passages.contextual_text(wanted)), 1)[0]
        assert index.passages(by_vector) == index.passages(by_terms) == [wanted]


def test_the_manifest_says_what_the_index_is(built, embedder) -> None:
    source, directory = built
    with Index.open(directory) as index:
        manifest = index.manifest
        assert manifest.generation == 1
        assert manifest.analyser == french.ANALYSER
        assert manifest.embedder.fingerprint == embedder.fingerprint
        assert manifest.embedder.dimension == embedder.dimension == index.vectors.dimension
        assert manifest.arguments == (str(source),)
        assert (manifest.counts.documents, manifest.counts.files) == (8, 8)
        assert manifest.bm25 == {"k1": 0.9, "b": 0.4}


def test_passages_documents_and_references(built) -> None:
    _, directory = built
    with Index.open(directory) as index:
        asked = index.passages([3, 0, 3])
        assert asked[0] == asked[2] != asked[1]
        with pytest.raises(IndexError):
            index.passages([len(index)])
        document = index.document("article-002.txt")
        assert document.text == article(2)
        with pytest.raises(KeyError):
            index.document("none")
        references = index.references(["article-002.txt", "none"])
        assert list(references) == ["article-002.txt"]
        assert references["article-002.txt"].path == document.path
        summaries = index.documents()
        assert [summary.reference.title for summary in summaries] == sorted(s.reference.title for s in summaries)
        assert sum(summary.passages for summary in summaries) == len(index)


def test_acronyms_are_learnt_and_forgotten(tmp_path, embedder) -> None:
    source, directory = write_folder(tmp_path / "articles", 1), tmp_path / "index"
    told = source / "ia.txt"
    told.write_text("Le débat sur l'intelligence artificielle (IA) dure. Les élus en parlent souvent à Paris.", "utf-8")
    build_index([source], directory, embedder=embedder)
    with Index.open(directory) as index:
        assert index.acronyms == {"IA": "intelligence artificielle"}
    told.unlink()
    build_index([source], directory, embedder=embedder)
    with Index.open(directory) as index:
        assert index.acronyms == {}


@pytest.mark.parametrize("make", [False, True])
def test_a_missing_or_empty_folder_names_the_command(tmp_path, make: bool) -> None:
    directory = tmp_path / "index folder"
    if make:
        directory.mkdir()
    message = _refused(directory)
    assert f"sourcier index PATH… --index '{directory}'" in message


def test_a_file_in_place_of_the_folder(tmp_path, embedder) -> None:
    (tmp_path / "index").write_text("")
    assert "Not a directory" in _refused(tmp_path / "index")
    with pytest.raises(SourcierError, match="cannot hold an index"):
        build_index([write_folder(tmp_path / "articles", 1)], tmp_path / "index", embedder=embedder)


def test_another_embedder_is_refused_with_the_command(built) -> None:
    source, directory = built
    other = HashingEmbedder(weights="b")
    message = _refused(directory, embedder=other)
    assert f"sourcier index {source} --index {directory}" in message
    build_index([source], directory, embedder=other)
    with Index.open(directory, embedder=other) as index:
        check_whole(index, HashingEmbedder(weights="b"))


@pytest.mark.parametrize("values", [{"analyser": "french-0"}, {"format": 999}, {"format": None}])
def test_another_analyser_or_format_is_refused_and_the_command_repairs_it(built, embedder, values) -> None:
    source, directory = built
    _edit_manifest(directory, **values)
    assert f"sourcier index {source} --index {directory}" in _refused(directory)
    assert build_index([source], directory, embedder=embedder).published
    with Index.open(directory) as index:
        check_whole(index, HashingEmbedder())


@pytest.mark.parametrize("name", ["vectors.faiss", "store.sqlite", "terms/counts.npy", "manifest.json"])
@pytest.mark.parametrize("gone", [False, True])
def test_a_damaged_index_is_refused_and_the_command_repairs_it(built, embedder, name: str, gone: bool) -> None:
    source, directory = built
    file = directory / "generation-000001" / name
    if gone:
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size // 2)
    assert "sourcier index" in _refused(directory)
    build_index([source], directory, embedder=embedder)
    with Index.open(directory) as index:
        check_whole(index, HashingEmbedder())


def test_a_reader_keeps_its_generation_until_it_lets_go(built, embedder) -> None:
    source, directory = built
    reader = Index.open(directory)
    before = texts_of(reader)
    for number in (1, 2):
        (source / f"new-{number}.txt").write_text(article(50 + number), "utf-8")
        assert not reader.stale or number == 2
        build_index([source], directory, embedder=embedder)
        assert reader.stale
        assert not reader.newest()
    names = sorted(path.name for path in directory.glob("generation-*"))
    assert names == ["generation-000001", "generation-000003"]  # nobody held the second
    assert texts_of(reader) == before
    check_whole(reader, HashingEmbedder())
    reader.close()
    with Index.open(directory) as index:
        assert index.newest()
        assert len(texts_of(index)) == 10
    (source / "new-1.txt").unlink()
    build_index([source], directory, embedder=embedder)
    assert [path.name for path in directory.glob("generation-*")] == ["generation-000004"]


def test_many_threads_ask_while_a_writer_publishes(built, embedder) -> None:
    source, directory = built
    failures: list[BaseException] = []
    done = threading.Event()
    asked = [0] * 6
    query = HashingEmbedder().encode(["le tramway de Nantes"])[0]

    def ask(number: int, shared: Index) -> None:
        try:
            while not done.is_set() or asked[number] < 5:
                with Index.open(directory) as index:
                    for one in (index, shared):
                        positions, scores = one.vectors.search(query, 4)
                        np.testing.assert_allclose(one.vectors.scores(query, positions), scores, atol=1e-4)
                        for passage in one.passages([*positions, *one.terms.search({"tramway": 1.0}, 3)[0]]):
                            document = one.document(passage.document_id)
                            assert document.text[passage.start : passage.end] == passage.text
                asked[number] += 1
        except BaseException as error:
            failures.append(error)

    with Index.open(directory) as shared:
        threads = [threading.Thread(target=ask, args=(number, shared)) for number in range(6)]
        for thread in threads:
            thread.start()
        try:
            for number in range(4):
                (source / f"new-{number}.txt").write_text(article(60 + number), "utf-8")
                assert build_index([source], directory, embedder=embedder).published
        finally:
            done.set()
            for thread in threads:
                thread.join()
    assert not failures
    assert min(asked) >= 5
