"""The one analyser of French that index, retrieval, reader and metrics share.

Everything here is a pure function of text. Offsets count code points, end exclusive. Matching never depends
on case, accents, typographic apostrophes, invisible characters or the kind of space inside a number.

>>> terms("L'infrastructure de la FORÊT : 3 300 start-ups")
['infrastructur', 'foret', '3300', 'start', 'up', 'startup']
>>> sentences("M. Dupont part. « Déjà ? » dit-elle.")
[(0, 15), (16, 36)]
>>> acronyms("l'intelligence artificielle (IA)")
{'IA': 'intelligence artificielle'}
"""

from rag.french.abbreviations import acronyms
from rag.french.analysis import ANALYSER, STOP_WORDS, Token, fold, stem, terms, tokens
from rag.french.dates import spell_date
from rag.french.segmentation import sentences

__all__ = ["ANALYSER", "STOP_WORDS", "Token", "acronyms", "fold", "sentences", "spell_date", "stem", "terms", "tokens"]
