"""Asking every question of a data set: modes, going on after an interruption, the same bytes for the same inputs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from fquad_files import write_fquad
from ir_measures import AP, Success, nDCG

from rag.evaluation import runner
from rag.evaluation.datasets import load
from rag.evaluation.partial import FILE
from rag.evaluation.records import Dataset, Example
from rag.evaluation.systems import parse
from rag.records import Document, SourcierError, Turn


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def fquad(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load(str(write_fquad(tmp_path_factory.mktemp("data") / "fquad.json", unanswerable=True)))


class Stop:
    """A progress callback that presses Ctrl-C after so many questions; `said` gathers the lines for the user."""

    def __init__(self, after: int | None = None) -> None:
        self.after, self.said, self.first = after, [], None  # type: ignore[var-annotated]

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if " · " in stage:
            self.first = done if self.first is None else self.first
            if done == self.after:
                raise KeyboardInterrupt


def bench(
    dataset: Dataset, out: Path, work: Path, mode: str = "open", system: str = "default", *, stop: Stop | None = None,
    **options: Any,
) -> dict[str, Any]:  # fmt: skip
    stop = stop or Stop()
    named = parse(system, seed=options.get("seed", 7))
    return runner.run(dataset, named, mode, out, work=work, progress=stop, say=stop.said.append, **options)


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "predictions.jsonl").read_text("utf-8").splitlines()]


def without_timings(folder: Path) -> dict[str, Any]:
    """Every file of a run, with the fields taken out that documentation says hold times and memory."""
    contents: dict[str, Any] = {}
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name != FILE:
            contents[file.name] = file.read_bytes()
    lines = [json.loads(line) for line in contents["predictions.jsonl"].splitlines()]
    contents["predictions.jsonl"] = [json.dumps({**line, "timings_ms": None}) for line in lines]
    summary = json.loads(contents["summary.json"])
    for timed in ("latency_ms", "batch", "questions_per_second", "peak_memory_mib"):
        assert summary["cost"].pop(timed)
    contents["summary.json"] = json.dumps(summary)
    return contents


def test_summary_and_files_have_what_is_documented(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    summary = bench(fquad, tmp_path, work)
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == summary
    assert set(summary) == {
        "schema", "dataset", "mode", "normalisation", "system", "seed", "metrics", "thresholds", "curves", "by_type",
        "cost", "versions",
    }  # fmt: skip
    assert summary["dataset"]["questions"] == 24
    assert summary["dataset"]["documents"] == 6
    assert summary["dataset"]["digest"] == fquad.digest
    assert summary["cost"]["index_mib"] > 0
    assert summary["cost"]["peak_memory_mib"] > 20
    assert {"p50", "p95", "p99"} == set(summary["cost"]["latency_ms"]["total"])
    found = rows(tmp_path)
    assert [row["id"] for row in found] == [example.id for example in fquad.examples]
    for metric in ("f1", "answer_in_quote", "hit@1"):
        values = [row["scores"][metric] for row in found if metric in row["scores"]]
        assert summary["metrics"][metric]["n"] == len(values)
        assert summary["metrics"][metric]["value"] == pytest.approx(sum(values) / len(values))
        assert summary["metrics"][metric]["low"] <= summary["metrics"][metric]["value"]


def test_files_for_other_tools_say_the_same(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    bench(fquad, tmp_path, work)
    found = rows(tmp_path)
    answers = json.loads((tmp_path / "predictions.json").read_text("utf-8"))
    no_answer = json.loads((tmp_path / "na_prob.json").read_text("utf-8"))
    assert answers == {row["id"]: "" if row["abstained"] else row["short_answer"] for row in found}
    assert no_answer == {row["id"]: 1.0 - row["confidence"] for row in found}
    assert any(answers.values())
    ranked = [line.split(" ") for line in (tmp_path / "run.trec").read_text("utf-8").splitlines()]
    assert {len(columns) for columns in ranked} == {6}
    assert len(ranked) == sum(len(row["ranking"]) for row in found)
    relevant = [line.split(" ") for line in (tmp_path / "qrels.trec").read_text("utf-8").splitlines()]
    assert {len(columns) for columns in relevant} == {4}
    assert {columns[2] for columns in relevant} <= {columns[2] for columns in ranked}


@pytest.mark.parametrize("system", ["default", "random"])
def test_the_same_inputs_give_the_same_bytes(system: str, fquad: Dataset, tmp_path: Path) -> None:
    for out in (tmp_path / "a", tmp_path / "b"):
        bench(fquad, out, tmp_path / f"work-{out.name}", system=system)
    assert without_timings(tmp_path / "a") == without_timings(tmp_path / "b")


@pytest.mark.parametrize("mode", ["open", "retrieval"])
def test_questions_asked_at_a_time_change_nothing_but_times(
    mode: str, fquad: Dataset, tmp_path: Path, work: Path
) -> None:
    costs = [bench(fquad, tmp_path / str(batch), work, mode, batch=batch)["cost"] for batch in (1, 5)]
    assert [cost["batch"] for cost in costs] == [1, 5]
    assert without_timings(tmp_path / "1") == without_timings(tmp_path / "5")


def test_interrupted_it_goes_on_at_the_next_question(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    bench(fquad, tmp_path / "whole", work)
    with pytest.raises(KeyboardInterrupt):
        bench(fquad, tmp_path / "cut", work, stop=Stop(after=9))
    assert not (tmp_path / "cut" / "summary.json").exists()
    with (tmp_path / "cut" / FILE).open("ab") as partial:
        partial.write(b'{"id": "2-1", "answer": "coup')  # as a kill in the middle of a line leaves it
    again = Stop()
    bench(fquad, tmp_path / "cut", work, stop=again)
    assert again.first == 9
    assert again.said == [f"{tmp_path / 'cut'}: going on at question 10 of 24."]
    assert without_timings(tmp_path / "cut") == without_timings(tmp_path / "whole")


@pytest.mark.parametrize(
    "changed", [{"mode": "reading"}, {"system": "lead"}, {"system": "default:threshold=0.2"}, {"seed": 8}]
)
def test_what_another_run_left_is_not_taken(
    changed: dict[str, Any], fquad: Dataset, tmp_path: Path, work: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        bench(fquad, tmp_path, work, stop=Stop(after=5))
    again = Stop()
    bench(fquad, tmp_path, work, stop=again, **changed)
    assert again.first == 0
    assert len(again.said) == 1
    assert "starting anew" in again.said[0]


def test_other_data_is_asked_anew(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        bench(fquad, tmp_path / "out", work, stop=Stop(after=5))
    again = Stop()
    bench(
        load(str(write_fquad(tmp_path / "fquad.json", unanswerable=True, cities=4))), tmp_path / "out", work, stop=again
    )
    assert again.first == 0
    assert len(rows(tmp_path / "out")) == 16


def test_a_finished_run_is_asked_again(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    bench(fquad, tmp_path, work)
    runner.finish([tmp_path])
    again = Stop()
    bench(fquad, tmp_path, work, stop=again)
    assert (again.first, again.said) == (0, [])


def test_two_runs_do_not_write_to_one_folder(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    class Second(Stop):
        def __call__(self, stage: str, done: int, total: int | None) -> None:
            if done == 3 and " · " in stage:
                bench(fquad, tmp_path, work)

    with pytest.raises(SourcierError, match="Another benchmark is writing"):
        bench(fquad, tmp_path, work, stop=Second())


def test_reading_finds_the_answer_in_the_gold_document(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    bench(fquad, tmp_path, work, "reading")
    gold = {example.id: set(example.gold) for example in fquad.examples}
    for row in rows(tmp_path):
        assert {quote["document"] for quote in row["quotes"]} <= gold[row["id"]]


def test_retrieval_ranks_without_answering(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    summary = bench(fquad, tmp_path, work, "retrieval")
    assert {"mrr@10", "ndcg@10"} <= set(summary["metrics"])
    assert "f1" not in summary["metrics"]
    assert not (tmp_path / "predictions.json").exists()
    assert all(row["answer"] == "" and row["ranking"] for row in rows(tmp_path))


def dialogue() -> Dataset:
    documents = (
        Document("nice", "Le carnaval de Nice attire un million de visiteurs. Il dure deux semaines.", "Nice", "nice"),
        Document("brest", "Le port de Brest a été fondé par Richelieu. Il abrite 12 navires.", "Brest", "brest"),
    )
    told = (Turn("user", "Parlez-moi du port de Brest."), Turn("assistant", "Richelieu l’a fondé."))
    examples = (
        Example("a1", "Combien de visiteurs le carnaval de Nice attire-t-il ?", ("un million",), conversation="a"),
        Example("b1", "Combien de navires abrite-t-il ?", ("12",), history=told, conversation="b"),
        Example("a2", "Et combien de temps dure-t-il ?", ("deux semaines",), history=told, conversation="a"),
        Example("c1", "Combien de navires abrite-t-il ?", ("12",), history=told),
    )
    return Dataset("dialogues", examples, documents, digest="34" * 32)


def test_turns_follow_the_systems_own_answers(tmp_path: Path, work: Path) -> None:
    bench(dialogue(), tmp_path, work, "conversation")
    by_id = {row["id"]: row for row in rows(tmp_path)}
    first = by_id["a1"]
    own = [{"role": "user", "content": first["question"]}, {"role": "assistant", "content": first["answer"]}]
    told = [{"role": turn.role, "content": turn.content} for turn in dialogue().examples[1].history]
    assert by_id["a1"]["history"] == []
    assert by_id["a2"]["history"] == own
    assert by_id["b1"]["history"] == told
    assert by_id["c1"]["history"] == told
    assert by_id["a2"]["ranking"][0][0] == "nice"


def test_an_interrupted_conversation_goes_on_with_what_was_said(tmp_path: Path, work: Path) -> None:
    bench(dialogue(), tmp_path / "whole", work, "conversation")
    with pytest.raises(KeyboardInterrupt):
        bench(dialogue(), tmp_path / "cut", work, "conversation", stop=Stop(after=2))
    bench(dialogue(), tmp_path / "cut", work, "conversation")
    assert without_timings(tmp_path / "cut") == without_timings(tmp_path / "whole")


def test_open_keeps_to_the_history_of_the_data_set(tmp_path: Path, work: Path) -> None:
    bench(dialogue(), tmp_path, work, "open")
    assert [len(row["history"]) for row in rows(tmp_path)] == [0, 2, 2, 2]


def test_a_mode_that_does_not_fit_the_data_is_refused(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    without = replace(fquad, examples=tuple(replace(example, gold={}) for example in fquad.examples))
    for mode in ("reading", "retrieval"):
        with pytest.raises(SourcierError, match="gold document"):
            bench(without, tmp_path, work, mode)
    with pytest.raises(SourcierError, match="has no question"):
        bench(replace(fquad, examples=()), tmp_path, work)


def test_questions_without_a_gold_document_are_left_out_and_counted(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    some = (replace(fquad.examples[0], gold={}), *fquad.examples[1:])
    summary = bench(replace(fquad, examples=some), tmp_path, work, "reading")
    assert (summary["dataset"]["questions"], summary["dataset"]["left_out"]) == (23, 1)


def test_a_folder_that_cannot_be_written_is_told(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SourcierError, match="--out"):
        bench(fquad, tmp_path / "file" / "out", work)


def test_trec_eval_on_the_exported_files_gives_the_same_figures(fquad: Dataset, tmp_path: Path, work: Path) -> None:
    spaced = {example.id: f"gold of {example.id}" for example in fquad.examples}  # TREC's columns allow no spaces
    examples = tuple(replace(example, id=spaced[example.id]) for example in fquad.examples)
    summary = bench(replace(fquad, examples=examples), tmp_path, work, "retrieval")
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec")))
    ranked = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    assert {one.query_id for one in qrels} == {one.query_id for one in ranked}
    found = ir_measures.calc_aggregate([nDCG @ 10, AP, Success @ 1], qrels, ranked)
    for measure, name in ((nDCG @ 10, "ndcg@10"), (AP, "map"), (Success @ 1, "hit@1")):
        assert found[measure] == pytest.approx(summary["metrics"][name]["value"], abs=1e-12)
