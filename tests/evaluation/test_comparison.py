"""Comparing two finished runs through their folders."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from run_folders import examples, predictions, write_run

from rag.evaluation import comparison
from rag.evaluation.comparison import compare, render, to_json, worse
from rag.records import SourcierError

ASKED = examples(120)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A weak system and a good one, over the same questions."""
    folder = tmp_path_factory.mktemp("runs")
    weak = write_run(folder / "weak", ASKED, predictions(ASKED, skill=0.35, seed=1), system="bm25")
    good = write_run(folder / "good", ASKED, predictions(ASKED, skill=0.9, seed=2), system="default")
    return weak, good


def _scores(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line)["scores"] for line in (folder / "predictions.jsonl").read_text("utf-8").splitlines()]


def _rewrite(folder: Path, name: str, change: dict[str, object]) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")


def test_differences_are_those_of_the_questions(runs: tuple[Path, Path]) -> None:
    found = compare(*runs)
    assert (found.system_a, found.system_b, found.shared) == ("bm25", "default", len(ASKED))
    before, after = _scores(runs[0]), _scores(runs[1])
    assert {one.name for one in found.metrics} >= {"f1", "exact_match", "answer_in_quote", "no_ans", "mrr@10", "map"}
    for one in found.metrics:
        pairs = [
            (a[one.name], b[one.name]) for a, b in zip(before, after, strict=True) if one.name in a and one.name in b
        ]
        assert one.n == len(pairs)
        assert one.difference == pytest.approx(sum(b - a for a, b in pairs) / len(pairs))
        assert one.b - one.a == pytest.approx(one.difference)
        assert one.low <= one.difference <= one.high
        assert 0 < one.p <= 1
        assert one.won + one.lost + one.tied == one.n
        if one.name == "f1":
            assert one.won == sum(b > a for a, b in pairs)
            assert one.lost == sum(b < a for a, b in pairs)
    f1 = next(one for one in found.metrics if one.name == "f1")
    assert f1.better == "b"
    assert f1.difference > 0.1


def test_figures_of_whole_runs_are_those_of_the_summaries(runs: tuple[Path, Path]) -> None:
    found = {one.name: one for one in compare(*runs).whole}
    before, after = (json.loads((run / "summary.json").read_text("utf-8"))["metrics"] for run in runs)
    per_question = {one.name for one in compare(*runs).metrics}
    assert found.keys() == before.keys() - per_question == after.keys() - per_question
    assert found.keys() >= {"aurc", "ece", "best_f1", "best_exact", "abstention_f1"}
    for name, one in found.items():
        assert one.a == pytest.approx(before[name]["value"])
        assert one.b == pytest.approx(after[name]["value"])
        assert one.difference == pytest.approx(one.b - one.a)
        assert one.low <= one.difference <= one.high
    assert found["aurc"].better == "b", "the lower risk"
    assert found["best_f1"].better == "b"
    assert next(one for one in compare(*reversed(runs)).whole if one.name == "aurc").better == "a"


def test_the_other_way_round_is_the_mirror_image(runs: tuple[Path, Path]) -> None:
    there, back = compare(*runs), compare(*reversed(runs))
    for one, other in zip(there.metrics, back.metrics, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        assert (one.won, one.lost, one.tied) == (other.lost, other.won, other.tied)
        assert {one.better, other.better} in ({"a", "b"}, {None})


def test_a_run_against_itself_shows_no_difference(runs: tuple[Path, Path], tmp_path: Path) -> None:
    same = shutil.copytree(runs[0], tmp_path / "copy")
    found = compare(runs[0], same)
    assert all(one.difference == 0 and one.p == 1.0 and one.better is None for one in found.metrics)
    assert all(one.tied == one.n for one in found.metrics)
    assert found.largest == ()
    assert worse(found, {"f1": 0.0, "aurc": 0.0}) == []
    assert "unclear" not in render(found)


def test_lower_is_better_for_some(runs: tuple[Path, Path], tmp_path: Path) -> None:
    # the same answers, each with a sentence that nothing supports
    given = [
        one if one.abstained else replace(one, answer=f"{one.answer} Le maire de Lyon a vendu sept avions. [1]")
        for one in predictions(ASKED, skill=0.9, seed=2)
    ]
    found = compare(runs[1], write_run(tmp_path / "talkative", ASKED, given))
    unsupported = next(one for one in found.metrics if one.name == "unsupported_sentences")
    assert unsupported.difference > 0
    assert (unsupported.better, unsupported.won) == ("a", 0)
    assert unsupported.lost == sum(not one.abstained for one in given)
    assert len(worse(found, {"unsupported_sentences": 0.05})) == 1
    assert worse(found, {"unsupported_sentences": 0.6, "f1": 0.0}) == []


def test_the_guard_names_what_got_worse(runs: tuple[Path, Path]) -> None:
    good_first = compare(*reversed(runs))
    (line,) = worse(good_first, {"f1": 0.01, "no_ans": 1.0})
    f1 = next(one for one in good_first.metrics if one.name == "f1")
    assert line.startswith("f1 got worse by")
    assert f"{f1.a:.4f} -> {f1.b:.4f}" in line
    assert worse(good_first, {"f1": -f1.difference}) == [], "exactly the limit is within it"
    assert len(worse(good_first, {"aurc": 0.01})) == 1, "figures of the whole run can be guarded too"
    assert worse(compare(*runs), {"f1": 0.0, "aurc": 0.0, "mrr@10": 0.0}) == []


@pytest.mark.parametrize("name", ["f2", "refused", ""])
def test_the_guard_refuses_what_it_cannot_judge(runs: tuple[Path, Path], name: str) -> None:
    with pytest.raises(SourcierError, match=r"cannot be guarded here; these can: .*\bf1\b"):
        worse(compare(*runs), {name: 0.01})


def test_the_guard_refuses_a_limit_below_zero(runs: tuple[Path, Path]) -> None:
    with pytest.raises(SourcierError, match="below 0"):
        worse(compare(*runs), {"f1": -0.01})


def test_the_largest_differences_come_with_both_answers(runs: tuple[Path, Path]) -> None:
    found = compare(*runs)
    assert len(found.largest) == comparison.LARGEST == 20
    gaps = [abs(one.b - one.a) for one in found.largest]
    assert gaps == sorted(gaps, reverse=True)
    by_id = [
        {
            record["id"]: record
            for record in map(json.loads, (run / "predictions.jsonl").read_text("utf-8").splitlines())
        }
        for run in runs
    ]
    all_gaps = sorted((abs(by_id[1][i]["scores"]["f1"] - by_id[0][i]["scores"]["f1"]) for i in by_id[0]), reverse=True)
    assert gaps == pytest.approx(all_gaps[:20])
    for one in found.largest:
        a, b = by_id[0][one.id], by_id[1][one.id]
        assert (one.answer_a, one.answer_b) == (a["short_answer"], b["short_answer"])
        assert (one.question, list(one.gold)) == (a["question"], a["answers"])


def test_questions_of_one_run_only_are_counted(runs: tuple[Path, Path], tmp_path: Path) -> None:
    asked = [*ASKED[3:-2], replace(ASKED[0], id="new")]
    other = write_run(tmp_path / "fewer", asked, predictions(asked))
    found = compare(runs[0], other)
    assert (found.shared, found.only_a, found.only_b) == (len(ASKED) - 5, 5, 1)
    shown = render(found)
    assert "5 questions that only A has left out" in shown
    assert "1 question that only B has left out" in shown


def test_retrieval_shows_ranks(tmp_path: Path) -> None:
    asked = [example for example in ASKED if example.gold]
    a = write_run(tmp_path / "a", asked, predictions(asked, skill=0.4), mode="retrieval")
    b = write_run(tmp_path / "b", asked, predictions(asked, skill=0.8, seed=3), mode="retrieval")
    found = compare(a, b)
    assert found.main == "mrr@10"
    assert {one.name for one in found.metrics} >= {"hit@1", "ndcg@10"}
    for one in found.largest:
        for value, rank in ((one.a, one.rank_a), (one.b, one.rank_b)):
            assert value == pytest.approx(1 / rank if rank else 0.0)
    assert "relevant document at rank 1" in render(found)


def test_json_is_complete_and_the_same_each_time(runs: tuple[Path, Path]) -> None:
    record = json.loads(json.dumps(to_json(compare(*runs))))
    assert record == json.loads(json.dumps(to_json(compare(*runs))))
    assert record["schema"] == 1
    f1 = next(one for one in record["metrics"] if one["name"] == "f1")
    assert f1.keys() == {"name", "a", "b", "difference", "low", "high", "p", "n", "won", "lost", "tied", "better"}
    whole = {one["name"]: one for one in record["whole"]}
    assert whole["aurc"].keys() == {"name", "a", "b", "difference", "low", "high", "n", "better"}
    assert len(record["largest"]) == 20


def test_the_terminal_shows_text_as_text(tmp_path: Path) -> None:
    nasty = "[bold red]Qui ?[/] \x1b[31m\u202e :smile: \r\nfin"
    asked = [replace(ASKED[0], question=nasty, answers=("[/x] oui",), type="[link=x]")]
    right = replace(predictions(asked)[0], abstained=False, short_answer="[/x] oui", candidate="[/x] oui")
    a = write_run(tmp_path / "a", asked, [replace(right, short_answer="\x1b]0;title\x07 non")], system="[dim]a")
    shown = render(compare(a, write_run(tmp_path / "b", asked, [right])), width=80)
    assert "[bold red]Qui ?[/]" in shown
    assert ":smile:" in shown
    assert "[/x] oui" in shown
    assert "[dim]a" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_column_is_lost_in_a_narrow_terminal(runs: tuple[Path, Path], width: int) -> None:
    found = compare(*runs)
    shown = render(found, width=width)
    table = shown[shown.index("Metric") : shown.index("Of the run")]
    for label in ("F1", "Exact match", "Answer in quote", "MRR@10", "Unsupported"):
        assert label in table
    f1 = next(one for one in found.metrics if one.name == "f1")
    assert f"{100 * f1.difference:+.1f}" in table
    assert table.split("\n")[0].split() == "Metric A B B − A 95% interval p won lost tied better".split()
    assert max(map(len, table.splitlines())) <= max(width, 84)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("data sets", {"digest": "0" * 64}),
        ("modes", {"mode": "conversation"}),
        ("normalisations", {"normalisation": "english"}),
    ],
)
def test_what_cannot_be_compared_is_refused(
    runs: tuple[Path, Path], tmp_path: Path, what: str, change: dict[str, str]
) -> None:
    other = write_run(tmp_path / "other", ASKED, predictions(ASKED), **change)  # type: ignore[arg-type]
    with pytest.raises(SourcierError, match=f"different {what}") as caught:
        compare(runs[0], other)
    assert "\n" not in str(caught.value)


def test_no_question_in_common_is_refused(runs: tuple[Path, Path], tmp_path: Path) -> None:
    asked = [replace(example, id=f"other-{example.id}") for example in ASKED[:4]]
    with pytest.raises(SourcierError, match="share no question"):
        compare(runs[0], write_run(tmp_path / "other", asked, predictions(asked)))


def _without(name: str, field: str) -> object:
    def damage(folder: Path) -> None:
        if name == "summary.json":
            record = json.loads((folder / name).read_text("utf-8"))
            del record[field]
            (folder / name).write_text(json.dumps(record), "utf-8")
        else:
            lines = (folder / name).read_text("utf-8").splitlines()
            record = json.loads(lines[2])
            del record[field]
            lines[2] = json.dumps(record)
            (folder / name).write_text("\n".join(lines), "utf-8")

    return damage


def _line(text: str) -> object:
    def damage(folder: Path) -> None:
        path = folder / "predictions.jsonl"
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([lines[0], text or lines[0], *lines[2:]]), "utf-8")

    return damage


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            lambda folder: (folder / "summary.json").unlink(),
            "summary.json is missing: name the folder of a finished run",
        ),
        (lambda folder: (folder / "predictions.jsonl").unlink(), "predictions.jsonl is missing"),
        (lambda folder: (folder / "predictions.jsonl").write_text(""), "holds no question"),
        (lambda folder: (folder / "predictions.jsonl").write_bytes(b"\xff\xfe"), "predictions.jsonl cannot be read"),
        (lambda folder: (folder / "summary.json").write_text("{"), "summary.json is not a summary"),
        (lambda folder: (folder / "summary.json").write_text("[]"), "a JSON object is expected"),
        (lambda folder: _rewrite(folder, "summary.json", {"runs": []}), "over several runs"),
        (lambda folder: _rewrite(folder, "summary.json", {"schema": 99}), "schema 99"),
        (lambda folder: _rewrite(folder, "summary.json", {"mode": "dream"}), "'dream' is none of"),
        (lambda folder: _rewrite(folder, "summary.json", {"metrics": {"f1": 1}}), "metric f1 has no value"),
        (_without("summary.json", "dataset"), "field dataset.name is missing"),
        (_without("predictions.jsonl", "scores"), "line 3: field 'scores' is missing"),
        (_without("predictions.jsonl", "quotes"), "line 3: field 'quotes' is missing"),
        (_line("{not json"), "line 2: not a prediction"),
        (_line("7"), "line 2: not a prediction"),
        (_line(""), "line 2: question q0 stands there twice"),
    ],
)
def test_a_damaged_run_is_named_in_one_line(runs: tuple[Path, Path], tmp_path: Path, damage: object, told: str) -> None:
    folder = shutil.copytree(runs[1], tmp_path / "run")
    damage(folder)  # type: ignore[operator]
    with pytest.raises(SourcierError) as caught:
        compare(runs[0], folder)
    assert told in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_score_that_is_no_number_is_refused(runs: tuple[Path, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(runs[1], tmp_path / "run")
    path = folder / "predictions.jsonl"
    lines = path.read_text("utf-8").splitlines()
    record = json.loads(lines[0])
    record["scores"]["f1"] = float("nan")
    path.write_text("\n".join([json.dumps(record), *lines[1:]]), "utf-8")
    with pytest.raises(SourcierError, match="line 1: a score is not a number"):
        compare(runs[0], folder)


def test_a_file_instead_of_a_folder_is_told(runs: tuple[Path, Path]) -> None:
    with pytest.raises(SourcierError, match="name the folder of a finished run"):
        compare(runs[0] / "predictions.jsonl", runs[1])
