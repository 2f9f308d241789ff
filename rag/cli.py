"""The command line: sourcier index | ask | search | chat | info | bench | compare.

Imports late, so that a command loads only what its path uses. Exit codes: 0 done, 1 a failure in running, 2 wrong
usage. A failure is one line on stderr; `--debug` shows the traceback.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rag import __version__
from rag.evaluation import commands as evaluation
from rag.records import SourcierError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.records import Answer

app = typer.Typer(
    name="sourcier",
    help="Ask a folder of French articles a question, get an answer whose every sentence is cited.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

IndexOption = Annotated[
    Path, typer.Option("--index", metavar="DIR", help="Folder of the index.", envvar="SOURCIER_INDEX")
]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="MODEL",
        help="Folder or hub name of a sentence-transformers model; bundled one by default.",
    ),
]
RerankerOption = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        metavar="MODEL",
        help="Folder or hub name of a cross-encoder, or none: the first ranking stands; bundled one by default.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
TopKOption = Annotated[int, typer.Option("--top-k", min=1, max=1000, help="Passages to return.")]
DEFAULT_INDEX = Path("indexes/default")
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # typer keeps the class of all usage errors to itself


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sourcier {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if debug:
        os.environ["SOURCIER_DEBUG"] = "1"
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def index(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders, globs or http(s) URLs.")],
    index: IndexOption = DEFAULT_INDEX,
    embedder: EmbedderOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List what was dropped from each article, and why.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Make the index equal to the articles named: add, update, remove.

    Reads .txt .md .html .pdf .docx .odt .epub .csv .jsonl. What did not change is not read again.

    Examples:

      sourcier index mes-articles/

      sourcier index 'presse/**/*.html' https://exemple.fr/article --index indexes/presse --verbose
    """
    from rag.embedding import open_embedder
    from rag.ingestion import build_index
    from rag.progress import shown_progress

    model = open_embedder(embedder)
    with shown_progress(enabled=not json_) as progress:
        report = build_index(paths, index, embedder=model, progress=progress, verbose=verbose)
    for failure in report.failures:
        kept = " (its former version stays in the index)" if failure.kept else ""
        typer.echo(f"{failure.path}: {failure.reason}{kept}", err=True)
    if json_:
        typer.echo(report.to_json())
        return
    if verbose:
        for document, dropped in report.dropped.items():
            for reason, excerpt in dropped:
                typer.echo(f"{document}: {reason}: {excerpt}")
    state = "published" if report.published else "nothing changed"
    typer.echo(
        f"{report.documents} articles, {report.passages} passages in {index} ({report.added} added, {report.updated} "
        f"updated, {report.removed} removed, {report.unchanged} unchanged; {state}; {report.seconds:.1f} s)"
    )


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in French.")] = None,
    index: IndexOption = DEFAULT_INDEX,
    history: Annotated[
        Path | None,
        typer.Option("--history", metavar="FILE", help='Earlier turns: a JSON list of {"role", "content"}.'),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="FILE", help='Many questions: JSON lines {"id"?, "question", "history"?}.'),
    ] = None,
    top_k: TopKOption = 10,
    embedder: EmbedderOption = None,
    reranker: RerankerOption = None,
    json_: JsonOption = False,
) -> None:
    """Answer a question from the index, with its sources.

    Examples:

      sourcier ask "Quelle est la capacité de calcul du centre de données de Gwangju ?"

      sourcier ask --batch questions.jsonl --json > answers.jsonl
    """
    from rag.serialisation import answer_to_json, read_history, read_questions

    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch FILE (one of the two).")
    if batch is not None:
        questions = read_questions(batch)
        assistant = _assistant(index, embedder, reranker)
        for identifier, text, turns in questions:
            answer = assistant.ask(text, turns, top_k=top_k)
            if json_:
                _print_json(
                    {"id": identifier, **answer_to_json(answer)} if identifier is not None else answer_to_json(answer)
                )
            else:
                _print_answer(answer, heading=True)
        return
    assert question is not None
    turns = read_history(history) if history else []
    answer = _assistant(index, embedder, reranker).ask(question, turns, top_k=top_k)
    if json_:
        _print_json(answer_to_json(answer))
    else:
        _print_answer(answer)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    index: IndexOption = DEFAULT_INDEX,
    top_k: TopKOption = 10,
    mode: Annotated[
        str, typer.Option("--mode", help="hybrid, lexical (BM25 alone) or dense (vectors alone).")
    ] = "hybrid",
    embedder: EmbedderOption = None,
    reranker: RerankerOption = None,
    json_: JsonOption = False,
) -> None:
    """Rank the passages for a question, without answering.

    Example:

      sourcier search "investissement de Gwangju" --top-k 3
    """
    from rag.retrieval import MODES
    from rag.serialisation import hit_to_json

    if mode not in MODES:
        raise typer.BadParameter(f"--mode is one of {', '.join(MODES)}.")
    assistant = _assistant(index, embedder, reranker)
    hits = assistant.search(question, top_k, mode=mode)
    references = assistant.index.references({hit.passage.document_id for hit in hits})
    if json_:
        _print_json(
            {"question": question, "evidence": [hit_to_json(h, references[h.passage.document_id]) for h in hits]}
        )
        return
    for rank, hit in enumerate(hits, 1):
        typer.secho(f"{rank}. {references[hit.passage.document_id].title}  ({hit.score:.3f})", bold=True)
        typer.echo(f"   {references[hit.passage.document_id].path}:{hit.passage.start}-{hit.passage.end}")
        typer.echo(f"   {' '.join(hit.passage.text.split())[:240]}")
    if not hits:
        typer.echo("Aucun passage trouvé.")


@app.command()
def chat(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH…]", help="Articles to index first, if any.")
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
) -> None:
    """Open the web chat over an index.

    Example:

      sourcier chat mes-articles/ --index indexes/mes-articles
    """
    from rag.web.start import start

    start(index, paths, host, port)


@app.command()
def info(index: IndexOption = DEFAULT_INDEX, json_: JsonOption = False) -> None:
    """Say what an index holds and which models made it.

    Example:

      sourcier info --index indexes/presse
    """
    from rag.index import Index

    with Index.open(index) as opened:
        manifest = json.loads(opened.manifest.to_json())
        documents = opened.documents()
    if json_:
        _print_json(manifest)
        return
    for name, value in manifest.items():
        typer.echo(f"{name}: {value if not isinstance(value, dict) else json.dumps(value, ensure_ascii=False)}")
    for summary in documents[:20]:
        typer.echo(f"- {summary.reference.title} ({summary.passages} passages) {summary.reference.path}")
    if len(documents) > 20:
        typer.echo(f"… and {len(documents) - 20} more.")


app.command()(evaluation.bench)
app.command()(evaluation.compare)


def _assistant(index: Path, embedder: str | None, reranker: str | None) -> Assistant:
    from rag.assistant import Assistant

    return Assistant.open(index, embedder=embedder, reranker=reranker)


def _print_json(record: dict[str, Any]) -> None:
    typer.echo(json.dumps(record, ensure_ascii=False))


def _print_answer(answer: Answer, *, heading: bool = False) -> None:
    if heading:
        typer.secho(f"> {answer.question}", dim=True)
    if answer.short_answer:
        typer.secho(answer.short_answer, bold=True)
    typer.echo(answer.answer)
    for citation in answer.citations:
        typer.echo(
            f"  [{citation.marker}] {citation.document.title} — {citation.document.path}:{citation.start}-{citation.end}"
        )
    for note in answer.notes:
        from rag.web.notes import note_line
        from rag.web.words import Words

        typer.echo(note_line(note, answer.citations, Words("fr")))
    if answer.abstained and answer.evidence:
        typer.echo("Passages les plus proches :")
        for hit in answer.evidence[:3]:
            typer.echo(
                f"  - {answer.documents[hit.passage.document_id].title} : {' '.join(hit.passage.text.split())[:160]}…"
            )


def _fail(message: str, *, code: int = 1) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line; every failure is one line that says what to do."""
    try:
        code = app(standalone_mode=False) or 0
        if code == 130:  # typer's code for Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code)
    except KeyboardInterrupt:
        _fail("Interrupted: nothing is lost, the same command goes on where it was.", code=130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if os.environ.get("SOURCIER_DEBUG"):
            raise
        if isinstance(error, SourcierError):
            _fail(str(error))
        if isinstance(error, _USAGE_ERROR):
            context = error.ctx.command_path if error.ctx else "sourcier"
            _fail(f"{' '.join(error.format_message().split())} See `{context} --help`.", code=2)
        _fail(f"Something went wrong: {type(error).__name__}: {error}. Run `sourcier --debug …` to see where.")


if __name__ == "__main__":
    main()
