"""The port that the chat listens on, taken before anything slow is imported or done."""

from __future__ import annotations

import errno
import os
import socket

from rag.records import SourcierError


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that nobody takes it while the index is built.

    Port 0 takes a free one. Raises SourcierError when the port is taken or the address is not ours.
    """
    if not 0 <= port <= 65535:  # getaddrinfo would take it modulo 65536
        raise SourcierError(f"Le port {port} n’est pas disponible : donnez un nombre de 1 à 65535 avec --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        if os.name != "nt":  # there it would let two programs share one port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(address)
            found.listen(128)  # only listening tells whether another program listens here
        except OSError:
            found.close()
            raise
        return found
    except OSError as error:
        raise SourcierError(
            f"Le port {port} de {host} n’est pas disponible ({_reason(error)}) : "
            "fermez le programme qui l’occupe ou choisissez-en un autre avec --port (ou SOURCIER_PORT)."
        ) from error


def _reason(error: OSError) -> str:
    reasons = {
        errno.EADDRINUSE: "déjà pris",
        errno.EACCES: "accès refusé",
        errno.EADDRNOTAVAIL: "adresse étrangère à cette machine",
    }
    if isinstance(error, socket.gaierror):
        return "adresse inconnue"
    return reasons.get(error.errno or 0, error.strerror or str(error))
