"""Files and addresses into documents.

    >>> for location in find(["corpus"]):             # doctest: +SKIP
    ...     for document in read(location):
    ...         print(document.id, document.title)

`find` expands what the user named, `read` yields the documents of one location (and a `ReadFailure` in place of each
bad record), `describe_dropped` tells what of a document was set apart as clutter. A format is one file of this
package, entered in the table of `reading.py`.
"""

from rag.documents.draft import describe_dropped
from rag.documents.locations import SUFFIXES, Location, find
from rag.documents.reading import ReadFailure, read

__all__ = ["RULES", "SUFFIXES", "Location", "ReadFailure", "describe_dropped", "find", "read"]

RULES = 1  # recorded in the manifest of an index: raise it when reading or cleaning changes what a document holds
