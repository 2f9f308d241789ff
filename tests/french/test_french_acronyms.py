"""Acronyms that a text explains, in both orders."""

from __future__ import annotations

from datetime import date

import pytest

from rag.french import acronyms, spell_date


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("l'intelligence artificielle (IA)", {"IA": "intelligence artificielle"}),
        ("L’intelligence artificielle (I.A.) arrive", {"IA": "intelligence artificielle"}),
        ("l'IA (intelligence artificielle)", {"IA": "intelligence artificielle"}),
        ("les PME (petites et moyennes entreprises)", {"PME": "petites et moyennes entreprises"}),
        ("les organisations non gouvernementales (ONGs)", {"ONG": "organisations non gouvernementales"}),
        ("l'Organisation des Nations unies (O.N.U.)", {"ONU": "Organisation des Nations unies"}),
        ("l'Organisation de coopération et de développement économiques (OCDE, Paris)",
         {"OCDE": "Organisation de coopération et de développement économiques"}),
        ("l'Institut national de la statistique et des études économiques (Insee)",
         {"Insee": "Institut national de la statistique et des études économiques"}),
        ("un établissement d'hébergement pour personnes âgées dépendantes (Ehpad)",
         {"Ehpad": "établissement d'hébergement pour personnes âgées dépendantes"}),
        ("aux États-Unis (EU)", {"EU": "États-Unis"}),
        ("la Cour des comptes et le train à grande vitesse (TGV)", {"TGV": "train à grande vitesse"}),
        ("« zone à faibles émissions » (ZFE)", {"ZFE": "zone à faibles émissions"}),
        ("la recherche et développement (R&D)", {"RD": "recherche et développement"}),
        ("le produit\nintérieur brut (PIB)", {"PIB": "produit intérieur brut"}),
        ("le Commissariat à l'énergie atomique (CEA)", {"CEA": "Commissariat à l'énergie atomique"}),
        ("les menaces nucléaires, radiologiques, biologiques et chimiques (NRBC)",
         {"NRBC": "nucléaires, radiologiques, biologiques et chimiques"}),
        ("l'Office central de lutte contre les crimes contre l'humanité (OCLCH)",
         {"OCLCH": "Office central de lutte contre les crimes contre l'humanité"}),
        ("l'AP-HP (Assistance publique - Hôpitaux de Paris)", {"AP-HP": "Assistance publique - Hôpitaux de Paris"}),
        ("le maire de la ville (LR)", {}),
        ("Paul Martin (PS)", {}),
        ("des processeurs graphiques (GPU)", {}),
        ("le parti. Socialiste (PS)", {}),
        ("()( (A) (AB", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_acronyms(text: str, pairs: dict[str, str]) -> None:
    assert acronyms(text) == pairs


def test_the_first_explanation_stands() -> None:
    assert acronyms("intelligence artificielle (IA), puis insémination artificielle (IA)") == {
        "IA": "intelligence artificielle"
    }


def test_dates_in_words() -> None:
    assert spell_date(date(2025, 8, 1)) == "1er août 2025"
    assert spell_date(date(1999, 12, 31)) == "31 décembre 1999"
