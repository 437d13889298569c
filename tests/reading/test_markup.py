from __future__ import annotations

import pytest

from ecograph.reading.workbooks import markup
from ecograph.reading.workbooks.markup import Walk, WorkbookError, walk_markup


def test_names_are_read_without_their_prefixes() -> None:
    seen: list[object] = []
    walk_markup(
        [b"<x:a n='1'><y:b>t", b"ext</y:b><c>no</c></x:a>"],
        {"a": lambda attributes: seen.append(attributes["n"])},
        {"b": seen.append},
    )
    assert seen == ["1", "text"]


def test_an_inner_text_is_no_part_of_the_outer_one() -> None:
    seen: list[tuple[str, str]] = []
    ends = {name: lambda text, name=name: seen.append((name, text)) for name in "ab"}
    walk_markup([b"<a>x<b>y</b>z</a>"], {}, ends)
    assert seen == [("b", "y"), ("a", "")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "declares a document type"),
        (b"<a>", "broken XML"),
        (b"<a></b>", "broken XML"),
        (b"<a>\xff</a>", "broken XML"),
        (b"<a b='1' b='2'/>", "broken XML"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "XML encoding: utf-7"),
        (b"<?xml version='1.0' encoding='gbk'?><a/>", "broken XML"),
        (b"<?xml version='1.0' encoding='shift_jis'?><a/>", "XML encoding"),
        (b"", "broken XML"),
    ],
)
def test_broken_markup_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(WorkbookError, match=reason) as caught:
        walk_markup([data], {})
    assert caught.value.code == "unreadable_workbook"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("_DEEPEST", b"<a>" * 9),
        ("LONGEST_TEXT", b"<a>123456789</a>"),
        ("_LONGEST_TOKEN", b"<a b='123456789"),
    ],
)
def test_nothing_goes_on_without_end(
    monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    monkeypatch.setattr(markup, name, 8)
    with pytest.raises(WorkbookError) as caught:
        walk_markup([data], {}, {"a": lambda _: None})
    assert caught.value.code == "workbook_too_large"


@pytest.mark.parametrize("data", [b"<a><b/><c/></a>", b"<a b='1' c='2'/>"])
def test_names_without_end_are_not_remembered(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(markup, "_MOST_NAMES", 2)
    with pytest.raises(WorkbookError, match="XML names") as caught:
        walk_markup([data], {})
    assert caught.value.code == "workbook_too_large"


def test_wide_characters_are_not_plain() -> None:
    walk = Walk({}, {})
    walk.feed("<?xml version='1.0' encoding='utf-16'?><a>高</a>".encode("utf-16"))
    assert not walk.plain
