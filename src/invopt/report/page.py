"""A page made whole: template, style, script and security policy in one file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from invopt.report.glossary import GLOSSARY, define
from invopt.report.lists import data_block, first_rows
from invopt.report.words import Words


def render(template: str, words: Words, **content: Any) -> str:
    """A template as a page. Everything in `content` is text and is escaped, unless it is `Markup`."""
    style, script = _static("report.css"), _static("list.js")
    return (
        environment()
        .get_template(template)
        .render(
            words=words,
            style=Markup(style),
            script=Markup(script),
            security=_policy(style, script),
            define=define,
            glossary=GLOSSARY,
            data_block=data_block,
            sentence=sentence,
            first_rows=lambda shown: first_rows(shown, words),
            **content,
        )
    )


def sentence(text: str) -> str:
    """A text of a table as a sentence: its first letter large, a full stop at its end.

    >>> sentence("receipts of the supplier")
    'Receipts of the supplier.'
    >>> sentence("no_supplier: no terms of any supplier")
    'No terms of any supplier.'
    """
    text = _CODE.sub("", text.strip())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".") if text else ""


_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+: ")  # a code before its words is for programs


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the report: everything is escaped, and a name that is missing is an error."""
    return Environment(
        loader=PackageLoader("invopt.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=4)
def _static(name: str) -> str:
    return (resources.files("invopt.report") / "static" / name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, sent or run but this page's own style and script, known by their hashes."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
