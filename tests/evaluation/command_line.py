"""The command line run in the process of the tests, which spares it the loading of libraries."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from rag.cli import main


@dataclass
class Done:
    """What a command left: exit code and output."""

    code: int
    stdout: str
    stderr: str


def run(*arguments: object, cwd: Path | None = None, code: int = 0) -> Done:
    """`sourcier` with these arguments in a folder; its exit code must be `code`."""
    printed, said = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(sys, "argv", ["sourcier", *map(str, arguments)]))
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(said))
        stack.enter_context(chdir(cwd or "."))
        left = stack.enter_context(pytest.raises(SystemExit))
        main()
    done = Done(int(left.value.code or 0), printed.getvalue(), said.getvalue())
    assert done.code == code, done.stderr
    return done
