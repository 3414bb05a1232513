"""The page's texts: one file a language, the same keys in each, and none in the page itself."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hairnet_model import web_site
from hairnet_model.effects.colours import named

WEB = Path(web_site.__file__).parent / "web"
SOURCES = sorted((WEB / "src").rglob("*.ts"))
TEXTS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((WEB / "src" / "texts").glob("*.json"))
}
ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "aria-valuetext", "content")


def test_every_language_has_every_text() -> None:
    assert set(TEXTS) == {"de", "en"}
    for language, texts in TEXTS.items():
        assert list(texts) == list(TEXTS["en"]), language
        for key, text in texts.items():
            assert text.strip(), (language, key)
            assert placeholders(text) == placeholders(TEXTS["en"][key]), (language, key)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+%?\}", text))


@pytest.mark.parametrize("language", TEXTS)
def test_colours_and_samples_have_names(language: str) -> None:
    samples = [path.stem for path in (WEB / "public" / "samples").glob("*.webp")]
    expected = {f"colour.{name}" for name in named()} | {f"sample.{name}" for name in samples}
    assert {key for key in TEXTS[language] if key.startswith(("colour.", "sample."))} == expected


class _Words(HTMLParser):
    """Collects words that stand in a page, and the keys of those that do not."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.keys: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        told = tag != "meta" or values.get("name") == "description"
        self.words += [values[name] for name in ATTRIBUTES if told and values.get(name, "").strip()]
        self.keys |= {
            values[f"data-{name}"] for name in ("text", "label", "title", "content") if f"data-{name}" in values
        }

    def handle_data(self, data: str) -> None:
        self.words += [data] if data.strip() else []


def page_words() -> _Words:
    found = _Words()
    found.feed((WEB / "index.html").read_text(encoding="utf-8"))
    return found


def test_the_page_itself_has_no_words() -> None:
    assert page_words().words == []
    assert page_words().keys <= set(TEXTS["en"])


def test_every_text_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    used = page_words().keys | set(re.findall(r'"([\w. -]+)"', code))
    assert {key for key in TEXTS["en"] if not key.startswith(("colour.", "style."))} <= used


def test_scripts_put_no_words_on_the_page() -> None:
    """What is shown goes through `put`, which takes keys alone."""
    for path in SOURCES:
        code = path.read_text(encoding="utf-8")
        found = re.findall(r"(?:textContent|innerText|title|alt|ariaLabel|placeholder) = [\"`']\w", code)
        assert found == [], path.name
        assert "innerHTML" not in code
