"""Records as the JSON that other tools rely on: the contract of `sourcier ask --json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.records import Answer, Citation, DocumentReference, Hit, SourcierError, Turn


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """One answer as a JSON object: keys and meaning in docs/formats.md."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.answer,
        "short_answer": answer.short_answer,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "evidence": [hit_to_json(hit, answer.documents[hit.passage.document_id]) for hit in answer.evidence],
        "timings_ms": answer.timings_ms,
        "models": answer.models,
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation, with its document's id, title, source and path."""
    return {
        "marker": citation.marker,
        "document": {
            "id": citation.document.id,
            "title": citation.document.title,
            "source": citation.document.source,
            "path": citation.document.path,
        },
        "passage_id": citation.passage_id,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


def hit_to_json(hit: Hit, reference: DocumentReference) -> dict[str, Any]:
    """A ranked passage."""
    return {
        "passage_id": hit.passage.id,
        "document_id": hit.passage.document_id,
        "path": reference.path,
        "score": round(hit.score, 6),
        "text": hit.passage.text,
    }


def turns_from_json(rows: object, where: str) -> list[Turn]:
    """Earlier turns from a JSON list of {"role", "content"}; a plain string is a question of the user.

    Raises SourcierError that names `where` for anything else.
    """
    if not isinstance(rows, list):
        raise SourcierError(f'{where}: the history must be a JSON list of {{"role", "content"}}.')
    turns = []
    for number, row in enumerate(rows, 1):
        if isinstance(row, str):
            row = {"role": "user", "content": row}
        if not isinstance(row, dict) or not isinstance(row.get("content"), str):
            raise SourcierError(f'{where}, turn {number}: expected {{"role": "user" or "assistant", "content": text}}.')
        try:
            turns.append(Turn(str(row.get("role", "user")), row["content"]))
        except ValueError as error:
            raise SourcierError(f"{where}, turn {number}: {error}.") from error
    return turns


def read_history(path: Path) -> list[Turn]:
    """The turns in a JSON file. Raises SourcierError when it cannot be read or is something else."""
    try:
        return turns_from_json(json.loads(path.read_text("utf-8")), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SourcierError(f"{path} cannot be read ({error}): give a UTF-8 JSON file.") from error
    except json.JSONDecodeError as error:
        raise SourcierError(f"{path} is not valid JSON (line {error.lineno}: {error.msg}).") from error


def read_questions(path: Path) -> list[tuple[str | None, str, Sequence[Turn]]]:
    """(id, question, history) of each line of a batch file; blank lines are skipped.

    Raises SourcierError that names the line and the field that is wrong.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourcierError(f"{path} cannot be read ({error}): give a UTF-8 file, one JSON object a line.") from error
    questions: list[tuple[str | None, str, Sequence[Turn]]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise SourcierError(f"{where} is not valid JSON ({error.msg}).") from error
        if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
            raise SourcierError(f'{where}: the field "question" is missing or empty.')
        questions.append((row.get("id"), row["question"], turns_from_json(row.get("history") or [], where)))
    if not questions:
        raise SourcierError(f"{path} holds no question: give one JSON object a line.")
    return questions
