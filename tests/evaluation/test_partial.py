"""Predictions on the disk, cut off anywhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.partial import FILE, Partial
from rag.evaluation.records import Prediction, Quote
from rag.records import SourcierError

IDENTITY = {"dataset": "ab", "mode": "open"}
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
QUOTES = st.builds(Quote, st.just(1), TEXTS, st.just(0), st.just(3), TEXTS, st.booleans())
PREDICTIONS = st.lists(
    st.builds(
        Prediction,
        id=st.just(""),
        answer=TEXTS,
        confidence=st.floats(0, 1),
        ranking=st.lists(st.tuples(TEXTS, st.floats(-1, 9)), max_size=2).map(tuple),
        quotes=st.lists(QUOTES, max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=6,
)


def numbered(predictions: list[Prediction]) -> list[Prediction]:
    return [Prediction.from_json({**one.to_json(), "id": f"q{number}"}) for number, one in enumerate(predictions)]


@settings(max_examples=100, deadline=None)
@given(predictions=PREDICTIONS, share=st.floats(0, 1))
def test_what_was_written_whole_is_kept_wherever_it_was_cut(predictions: list[Prediction], share: float) -> None:
    predictions = numbered(predictions)
    ids = [one.id for one in predictions]
    with tempfile.TemporaryDirectory() as folder:
        with Partial(Path(folder), IDENTITY, ids) as partial:
            for one in predictions:
                partial.add(one)
        whole = (Path(folder) / FILE).read_bytes()
        (Path(folder) / FILE).write_bytes(whole[: round(share * len(whole))])
        complete = max(whole[: round(share * len(whole))].count(b"\n") - 1, 0)
        with Partial(Path(folder), IDENTITY, ids) as partial:
            assert partial.kept == predictions[:complete]
            for one in predictions[complete:]:
                partial.add(one)
        assert (Path(folder) / FILE).read_bytes() == whole


def test_another_identity_or_order_keeps_nothing(tmp_path: Path) -> None:
    with Partial(tmp_path, IDENTITY, ["q0", "q1"]) as partial:
        partial.add(Prediction("q0"))
    with Partial(tmp_path, IDENTITY, ["q1", "q0"]) as partial:
        assert partial.kept == []
        partial.add(Prediction("q1"))
    with Partial(tmp_path, {**IDENTITY, "mode": "reading"}, ["q1", "q0"]) as partial:
        assert (partial.kept, partial.outdated) == ([], True)


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with Partial(tmp_path, IDENTITY, ["q0"]), pytest.raises(SourcierError, match="Another benchmark"):
        Partial(tmp_path, IDENTITY, ["q0"])
