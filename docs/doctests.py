"""Shows the examples of a docstring as code: without it a line that begins with >>> would be a quotation."""

from __future__ import annotations

import re

from griffe import Class, Extension, Function, Module

EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\n).*)*", re.MULTILINE)  # from the prompt to the next empty line


def fenced(text: str) -> str:
    """The docstring with each example in a fence of its own.

    >>> print(fenced("Adds.\\n\\n>>> 1 + 1\\n2"))
    Adds.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    return EXAMPLE.sub(lambda found: f"```pycon\n{found.group(0)}\n```", text)


class Doctests(Extension):
    """Fences the examples of everything that is rendered."""

    def on_object(self, *, obj: Module | Class | Function, **_: object) -> None:
        """Called once for each object that was read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
