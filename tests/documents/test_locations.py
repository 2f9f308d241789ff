"""What the user names: files, folders, globs and addresses; what is fetched, and what goes wrong with each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.documents import SUFFIXES, Location, find, read
from rag.documents import url as addresses
from rag.records import SourcierError

TEXT = "La piscine rouvre lundi après six mois de travaux, annonce la mairie dans un communiqué publié vendredi."


@pytest.fixture
def corpus(write):
    for name in ("b.txt", "a.md", "sous/c.HTML", "sous/d.csv", "photo.jpg", ".cache.txt", ".git/e.txt", "vide/f.log"):
        write(f"corpus/{name}", "texte\n")
    return write("corpus/z.jsonl", '{"text": "a"}').parent


def test_folder(corpus):
    found = find([str(corpus)])
    assert [location.relative for location in found] == ["a.md", "b.txt", "sous/c.HTML", "sous/d.csv", "z.jsonl"]
    assert found[0] == Location(f"{corpus}/a.md", "a.md", is_url=False)
    assert all(location.path.startswith(str(corpus)) for location in found)


def test_paths_are_shown_as_given(corpus, monkeypatch):
    monkeypatch.chdir(corpus.parent)
    assert find(["corpus/sous"])[0] == Location("corpus/sous/c.HTML", "c.HTML")
    assert find(["./corpus/b.txt"]) == [Location("./corpus/b.txt", "b.txt")]


def test_glob_and_no_duplicates(corpus):
    assert [location.relative for location in find([f"{corpus}/*.md", f"{corpus}/**/*.csv"])] == ["a.md", "sous/d.csv"]
    assert len(find([str(corpus), f"{corpus}/a.md", f"{corpus}/sous/../a.md", f"{corpus}/*"])) == 5
    assert len(find(["https://exemple.fr/a", "https://exemple.fr/a"])) == 1


def test_file_whose_name_looks_like_a_glob(write):
    path = write("notes [2024].txt", TEXT)
    assert find([str(path)]) == [Location(str(path), "notes [2024].txt")]


def test_links_between_folders_end(corpus):
    (corpus / "sous" / "boucle").symlink_to(corpus)
    assert len(find([str(corpus)])) == 5


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("{}/rien.txt", "no such file or folder"),
        ("{}/vide", "no readable article in this folder"),
        ("{}/*.pdf", "no readable article matches"),
        ("{}/photo.jpg", r"this kind of file \(\.jpg\) cannot be read; readable: \.txt"),
        ("ftp://exemple.fr/a", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
    ],
)
def test_what_cannot_be_found(corpus, argument, message):
    with pytest.raises(SourcierError, match=message) as caught:
        find([argument.format(corpus)])
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(argument.format(corpus))


def test_nothing_named():
    with pytest.raises(SourcierError, match="name at least one"):
        find([])


def test_every_suffix_has_a_reader(write):
    for suffix in SUFFIXES:
        path = write(f"a{suffix}", "")
        with pytest.raises(SourcierError, match=f"a\\{suffix}: empty"):
            list(read(find([str(path)])[0]))


# --- addresses --------------------------------------------------------------------------------------------------------

HTML = f"<html lang='fr'><head><title>La piscine rouvre</title></head><body><article><h1>La piscine rouvre</h1><p>{TEXT}</p></article></body></html>"
ANSWERS = {
    "/article": ("text/html; charset=utf-8", HTML.encode()),
    "/latin": ("text/plain; charset=iso-8859-1", "Été à Orléans".encode("latin-1")),
    "/donnees.jsonl": ("application/octet-stream", b'{"text": "un"}\n{"text": "deux"}\n{"x": 1}\n'),
    "/notes.md": ("text/plain", f"# La piscine\n\n{TEXT}\n".encode()),
    "/photo": ("image/jpeg", b"\xff\xd8\xff"),
    "/sans-type": ("", b"x"),
    "/faux.pdf": ("application/pdf", b"rien"),
}


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/ailleurs":
            self.send_response(302)
            self.send_header("Location", "/article")
            self.end_headers()
        elif self.path == "/lent":
            time.sleep(1.5)
        elif self.path == "/gros":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            try:
                for _ in range(40):
                    self.wfile.write(b"x" * 100_000)
            except OSError:
                pass  # the client has had enough, as it should
        elif self.path in ANSWERS:
            kind, content = ANSWERS[self.path]
            self.send_response(200)
            if kind:
                self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()


def fetch(address: str) -> list:
    (location,) = find([address])
    assert location == Location(address, address, is_url=True)
    return list(read(location))


def test_page_by_its_address(server, left):
    address = f"{server}/article"
    (document,) = fetch(address)
    assert left(document) == [TEXT]
    assert (document.id, document.path, document.source, document.title) == (
        address,
        address,
        address,
        "La piscine rouvre",
    )
    source = document.fact("source")
    assert document.text[source.start : source.end] == f"Source : {address}"
    assert fetch(f"{server}/ailleurs")[0].title == "La piscine rouvre"


def test_content_type_decides(server):
    (document,) = fetch(f"{server}/latin")
    assert (document.text, document.source) == ("Été à Orléans", f"{server}/latin")
    first, second, failure = fetch(f"{server}/donnees.jsonl")
    assert (first.id, second.id, failure.line) == (f"{server}/donnees.jsonl#1", f"{server}/donnees.jsonl#2", 3)
    assert fetch(f"{server}/notes.md")[0].title == "La piscine"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/rien", "the server answers 404"),
        ("/photo", r"not a text that can be read \(content type image/jpeg\)"),
        ("/sans-type", r"not a text that can be read \(content type not given\)"),
        ("/faux.pdf", "broken PDF"),
    ],
)
def test_answers_that_cannot_be_read(server, path, message):
    with pytest.raises(SourcierError, match=message) as caught:
        fetch(server + path)
    assert str(caught.value).startswith(server + path)


def test_too_large_and_too_slow(server, monkeypatch):
    monkeypatch.setattr(addresses, "LARGEST", 1 << 20)
    with pytest.raises(SourcierError, match="larger than 1 MB"):
        fetch(f"{server}/gros")
    monkeypatch.setattr(addresses, "TIMEOUT", 0.3)
    with pytest.raises(SourcierError, match="no answer within"):
        fetch(f"{server}/lent")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "http://", "http://[", "https://nom-qui-n-existe-pas.invalid/"]
)
def test_addresses_that_lead_nowhere(address):
    with pytest.raises(SourcierError) as caught:
        fetch(address)
    assert "\n" not in str(caught.value)
