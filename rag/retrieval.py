"""From a question to ranked evidence: candidates from BM25 and vectors, fused by fitted weights; the best of them are
ranked anew by a reranker that reads each one with the question."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag import french
from rag.embedding import Embedder
from rag.index import Index
from rag.index.spelling import nearest
from rag.records import Hit
from rag.reranking import Reranker
from rag.settings import BUNDLED

MODES = ("hybrid", "lexical", "dense")


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights fitted by `python -m training.fit_fusion` on piaf-dev and news-qa-dev; these are its winners."""

    dense: float = 1.0  # weight of the cosine beside BM25 divided by the best BM25 score
    document: float = 0.0  # weight of the best other passage of the same document
    acronym: float = 0.5  # weight of a learnt long form beside its acronym, and the other way round
    corrected: float = 0.6  # weight of a word whose spelling was corrected
    candidates: int = 200  # from BM25 and from the vectors, each
    relevance: float = 0.5  # weight of the reranker's probability beside the fused score
    reranked: int = 8  # passages that the reranker reads
    sure: float = 9.0  # a lead of the first passage over the second that makes reranking idle

    @classmethod
    def load(cls, path: Path = BUNDLED / "fusion.json") -> Fusion:
        return cls(**json.loads(path.read_text("utf-8")))


class Retriever:
    """Ranks the passages of one open index. Thread-safe."""

    def __init__(
        self, index: Index, embedder: Embedder, fusion: Fusion | None = None, *, reranker: Reranker | None = None
    ) -> None:
        self._index, self._embedder, self._reranker = index, embedder, reranker
        self.fusion = fusion or Fusion.load()
        self._nearest = lru_cache(maxsize=4096)(lambda stem: nearest(stem, index.terms))
        self._long_forms = {french.stem(short): french.terms(long) for short, long in index.acronyms.items()}

    def search(
        self,
        question: str,
        top_k: int = 10,
        *,
        mode: str = "hybrid",
        within: Collection[str] | None = None,
        rerank: bool = True,
    ) -> list[Hit]:
        """The best passages for a question, best first, at most `top_k`; with `within`, of these documents alone.

        `mode`: "hybrid", or "lexical" (BM25 alone), "dense" (vectors alone) for comparisons; only "hybrid" is reranked.
        Scores of different questions are comparable only in "dense". Raises ValueError for another mode.
        """
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
        weights = self.query_weights(question)
        vector = self._embedder.encode([question], query=True)[0]
        positions = self._candidates(weights, vector, mode, within)
        if not len(positions):
            return []
        lexical = self._index.terms.scores(weights, positions)
        cosine = self._index.vectors.scores(vector, positions)
        most = float(lexical.max(initial=0.0))
        relative = lexical / most if most > 0 else lexical
        fused = {"lexical": relative, "dense": cosine}.get(mode, relative + self.fusion.dense * cosine)
        order = np.argsort(-fused, kind="stable")[: max(top_k, 50)]
        passages = self._index.passages(positions[order])
        if mode == "hybrid" and self.fusion.document:
            fused = fused[order] + self.fusion.document * _best_other([p.document_id for p in passages], fused[order])
            again = np.argsort(-fused, kind="stable")
            order, passages, fused = order[again], [passages[i] for i in again], fused[again]
        else:
            fused = fused[order]
        possible = self._possible(weights)
        hits = [
            Hit(
                passage,
                float(score),
                {
                    "fused": float(score),
                    "lexical": float(lexical[i] / possible),
                    "dense": float(cosine[i]),
                    "bm25": float(lexical[i]),
                },
            )
            for passage, score, i in zip(passages, fused, order, strict=True)
        ]
        return (self._reranked(question, hits) if rerank and mode == "hybrid" else hits)[:top_k]

    def _reranked(self, question: str, hits: list[Hit]) -> list[Hit]:
        """The first hits by fused score and relevance together; they stay before the others, whose scores were lower."""
        first = hits[: self.fusion.reranked]
        if self._reranker is None or len(first) < 2 or first[0].score - first[1].score > self.fusion.sure:
            return hits
        odds = self._reranker.relevance(self.corrected(question), [hit.passage for hit in first])
        shares = 1 / (1 + np.exp(-odds))
        scored = [
            replace(
                hit,
                score=hit.score + self.fusion.relevance * float(share),
                parts={**hit.parts, "relevance": float(share)},
            )
            for hit, share in zip(first, shares, strict=True)
        ]
        return sorted(scored, key=lambda hit: -hit.score) + hits[len(first) :]

    def corrected(self, question: str) -> str:
        """The question with words that the index does not know put as their nearest ones that it does (as stems)."""
        text, done = "", 0
        for token in french.tokens(question):
            known = token.stop or self._index.terms.document_frequency(token.stem)
            if not known and (better := self._nearest(token.stem)):
                text += question[done : token.start] + better
                done = token.end
        return text + question[done:]

    def query_weights(self, question: str) -> dict[str, float]:
        """The stems to search and their weights: acronyms and long forms both ways, unknown words corrected."""
        stems = french.terms(question)
        weights: dict[str, float] = {}
        terms = self._index.terms
        for stem in stems:
            if terms.document_frequency(stem):
                weights[stem] = weights.get(stem, 0.0) + 1.0
            elif corrected := self._nearest(stem):
                weights.setdefault(corrected, self.fusion.corrected)
        asked = set(stems)
        for short, long in self._long_forms.items():
            if short in asked:
                for stem in long:
                    weights.setdefault(stem, self.fusion.acronym)
            elif long and asked.issuperset(long):
                weights.setdefault(short, self.fusion.acronym * len(long))
        return weights

    def _candidates(
        self, weights: Mapping[str, float], vector: np.ndarray, mode: str, within: Collection[str] | None
    ) -> np.ndarray:
        if within is not None:
            return np.asarray(self._index.positions(within), np.int64)
        found: list[Collection[int]] = []
        if mode != "dense" and weights:
            found.append(self._index.terms.search(weights, self.fusion.candidates)[0])
        if mode != "lexical" and np.any(vector):
            found.append(self._index.vectors.search(vector, self.fusion.candidates)[0])
        return np.unique(np.concatenate([np.asarray(f, np.int64) for f in found])) if found else np.zeros(0, np.int64)

    def _possible(self, weights: Mapping[str, float]) -> float:
        """BM25's bound for a passage that says every word without end: puts its scores on a 0..1 scale."""
        return max(sum(weight * self._index.terms.idf(stem) for stem, weight in weights.items()), 1e-6)


def _best_other(documents: list[str], scores: np.ndarray) -> np.ndarray:
    """For each passage the best score of another passage of its document, 0 without one."""
    best: dict[str, list[float]] = {}
    for document, score in zip(documents, scores, strict=True):
        best.setdefault(document, []).append(float(score))
    ranked = {document: sorted(found, reverse=True)[:2] for document, found in best.items()}
    return np.array(
        [
            (ranked[d][1] if s == ranked[d][0] else ranked[d][0]) if len(ranked[d]) > 1 else 0.0
            for d, s in zip(documents, scores, strict=True)
        ]
    )
