"""Sourcier: questions in French, answers from a folder of French articles, every sentence with its source."""

__version__ = "0.1.0"
