"""Settings: the file with the defaults is the defaults, and a slip is named with its repair."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from invopt.errors import SettingsError
from invopt.settings import Settings
from invopt.settings.template import default_toml, settings_table

ROOT = Path(__file__).resolve().parents[3]


def test_the_default_file_is_what_the_declarations_say() -> None:
    assert (ROOT / "models" / "default.toml").read_text(encoding="utf-8") == default_toml()
    assert Settings.of(tomllib.loads(default_toml())) == Settings()


def test_the_docs_page_is_what_the_declarations_say() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_table()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"polcy": {}}, "Did you mean 'policy'"),
        ({"policy": {"review_day": 7}}, "Did you mean 'review_days'"),
        ({"policy": {"review_days": "weekly"}}, "expected int"),
        ({"policy": {"review_days": 0}}, "outside 1"),
        ({"policy": {"target_kind": "magic"}}, "not one of"),
        ({"policy": {"target_by_class": {"A": 0.9}}}, "give one target for each"),
        ({"policy": {"holding_rate_per_year": float("nan")}}, "not a finite number"),
        ({"business": {"time_zone": "Mars/Olympus"}}, "no time zone"),
        ({"policy": 3}, "must be a section"),
    ],
)
def test_a_slip_is_named(document: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.of(document)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[policy\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml: not a TOML file"):
        Settings.read(path)


def test_the_hash_follows_the_values_not_the_file() -> None:
    assert Settings.of({"policy": {"review_days": 7}}).hash == Settings().hash
    assert Settings.of({"policy": {"review_days": 14}}).hash != Settings().hash
