"""Whether a sentence stands on its quotes: a rule over words, without a model and without a judge.

>>> supports("Le plan prévoit 10 000 GPU.", ["Il prévoit l’achat de 10 000 processeurs graphiques (GPU) : un plan ambitieux."])
True
>>> supports("Le plan prévoit 20 000 GPU.", ["Il prévoit l’achat de 10 000 processeurs graphiques (GPU) : un plan ambitieux."])
False
"""

from rag.evaluation.support.rule import SHARE, supports

__all__ = ["SHARE", "supports"]
