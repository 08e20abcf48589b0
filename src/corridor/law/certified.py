"""A certified text that a State loads: its paragraphs by reference, so that a lawyer can see each beside our words.

The project ships no treaty text. What a State loads stays with that State; nothing here keeps, sends or copies it.
Reading is by how treaty texts are numbered (data/certified/headings.yaml): a heading "Article 42", paragraphs "1.",
letters "(a)", numerals "(i)". Marks count only where they stand in sequence, so "Article 5 of this Convention" at
the head of a line is text. A paragraph that is not found is absent, never guessed.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from corridor.law.errors import LawFault
from corridor.law.loader import page, read_sources_of
from corridor.law.places import places
from corridor.law.ruleset import data_root

#: A certified text is a few hundred kilobytes; more is not a treaty.
LIMIT = 4 * 1024 * 1024

_PARAGRAPH = re.compile(r"(\d{1,2})\s*(?:[.)、．]|[-–—]\s)")
_BRACKET = re.compile(r"[(（]\s*(\w{1,5})\s*[)）]")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_HAN = {"〇": 0, "零": 0, **{digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}}
_HAN_PARAGRAPH = re.compile(rf"([{''.join(_HAN)}十]{{1,3}})\s*、")


@dataclass(frozen=True, slots=True)
class Language:
    """How one authentic language writes a heading and its letters."""

    code: str
    article: str  # with # where the number stands
    letters: str

    def letter(self, mark: str) -> int:
        """Which letter a mark in brackets is: 1 for the first, 0 for none."""
        return (self.letters.find(mark) + 1 if len(mark) == 1 else 0) or (
            (_number(mark) or 0) if self.letters[0] in _HAN else 0
        )

    def heading(self, line: str) -> int | None:
        """The number of the article this line is the heading of. `Article 12 of this Convention` is none."""
        before, _, after = self.article.partition("#")
        match = re.match(
            rf"{re.escape(before)}\s*([0-9]{{1,3}}|[{''.join(_HAN)}十百]{{1,5}}){re.escape(after)}(?![\w(])",
            line,
            re.IGNORECASE,
        )
        title = line[match.end() :].strip() if match else ""
        if match is None or not (title == "" or title[0] in ".:-–—" or title[0].isupper()):
            return None
        return _number(match[1])


@dataclass(frozen=True, slots=True)
class Passage:
    """One numbered piece of the text, by its place: `42`, `42(3)`, `42(3)(a)`, `11(1)(a)(ii)`."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class CertifiedText:
    """A certified text as read. `sha256` is the digest of the bytes loaded."""

    instrument: str
    language: str
    sha256: str
    passages: tuple[Passage, ...] = field(repr=False)

    @property
    def articles(self) -> tuple[int, ...]:
        """The articles found, in order."""
        return tuple(dict.fromkeys(int(each.place.partition("(")[0]) for each in self.passages))

    def at(self, place: str) -> str | None:
        """The paragraph at one place with everything below it, or None where the text has no such place."""
        found = [
            each.text for each in self.passages if each.place == place or each.place.startswith(f"{place}(")
        ]
        return "\n".join(found) if found else None

    def beside(self, ref: str) -> tuple[tuple[str, str | None], ...]:
        """For a reference as our lines write it, each place it names with its paragraph, or None if not found."""
        return tuple((place, self.at(place)) for place in places(ref))

    def digest_at(self, ref: str) -> str | None:
        """SHA-256 over the paragraphs a reference names; None unless every one of them was found."""
        found = self.beside(ref)
        if not found or any(text is None for _, text in found):
            return None
        return hashlib.sha256("\0".join(f"{place}\n{text}" for place, text in found).encode()).hexdigest()


@functools.cache
def languages() -> dict[str, Language]:
    """The languages a certified text can be read in, by code."""
    path = data_root() / "certified" / "headings.yaml"
    found = {}
    for row in page(path, read_sources_of(page(path))).rows("languages"):
        row.trust()
        one = Language(row.text("code"), row.text("article"), row.text("letters"))
        row.done()
        found[one.code] = one
    return found


def read_certified(data: bytes, *, instrument: str, language: str) -> CertifiedText:
    """Read a certified text: plain text in UTF-8.

    Raises LawFault `law.certified.not-text`, `law.certified.language`, `law.certified.no-articles`.
    """
    known = languages().get(language)
    if known is None:
        raise LawFault("law.certified.language", language=language[:12], known=", ".join(languages()))
    if len(data) > LIMIT:
        raise LawFault("law.certified.not-text", problem="it is larger than any treaty text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LawFault("law.certified.not-text", problem=f"byte {error.start} is not UTF-8") from error
    if "\0" in text:
        raise LawFault("law.certified.not-text", problem="it holds null characters")
    passages = tuple(_passages(text, known))
    if not passages:
        raise LawFault("law.certified.no-articles", heading=known.article.replace("#", "1"))
    return CertifiedText(instrument, language, hashlib.sha256(data).hexdigest(), passages)


def _passages(text: str, language: Language) -> Iterator[Passage]:
    lines = [" ".join(line.split()) for line in _digits(unicodedata.normalize("NFC", text)).splitlines()]
    article = 0
    body: list[str] = []
    for line in lines:
        number = language.heading(line)
        if number is not None and (number == article + 1 or (article == 0 and number < 200)):
            if article:
                yield from _article(article, body, language)
            article, body = number, []
        if article and line:
            body.append(line)
    if article:
        yield from _article(article, body, language)


def _article(article: int, lines: list[str], language: Language) -> Iterator[Passage]:
    """The pieces of one article, marks taken only in sequence."""
    marks = [_Mark.of(line) for line in lines]
    place, kept = str(article), [lines[0]]
    stem, paragraph, letter, roman = str(article), 0, 0, 0
    for index, line in enumerate(lines[1:], start=1):
        mark, new = marks[index], ""
        if mark.paragraph and mark.paragraph == paragraph + 1:
            paragraph, letter, roman = mark.paragraph, 0, 0
            new = stem = f"{article}({paragraph})"
        elif mark.bracket:
            following = next((one.bracket for one in marks[index + 1 :] if one.bracket), "")
            if _is_numeral(mark.bracket, following, language, letter, roman):
                roman += 1
                new = f"{stem}({_letter(letter)})({_ROMAN[roman - 1]})"
            elif language.letter(mark.bracket) == letter + 1:
                letter, roman = letter + 1, 0
                new = f"{stem}({_letter(letter)})"
        if not new:
            kept.append(line)
            continue
        yield Passage(place, "\n".join(kept))
        place, kept = new, [line]
    yield Passage(place, "\n".join(kept))


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a line begins with: a paragraph's number, or something in brackets."""

    paragraph: int = 0
    bracket: str = ""

    @classmethod
    def of(cls, line: str) -> _Mark:
        number = _PARAGRAPH.match(line) or _HAN_PARAGRAPH.match(line)
        if number:
            return cls(paragraph=_number(number[1]) or 0)
        bracket = _BRACKET.match(line)
        return cls(bracket=bracket[1].casefold()) if bracket else cls()


def _is_numeral(mark: str, following: str, language: Language, letter: int, roman: int) -> bool:
    """Whether a bracket is the next numeral below an open letter. `(i)` after `(h)` is one only if `(ii)` follows."""
    if not letter or roman >= len(_ROMAN) or mark != _ROMAN[roman]:
        return False
    return language.letter(mark) != letter + 1 or roman > 0 or following == _ROMAN[1]


def _letter(number: int) -> str:
    return chr(ord("a") + number - 1)


def _digits(text: str) -> str:
    """Decimal digits of any script as 0 to 9."""
    return "".join(
        str(unicodedata.digit(each)) if each.isdigit() and not each.isascii() and each.isdecimal() else each
        for each in text
    )


def _number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    tens, mark, ones = text.partition("十")
    if not mark:
        return _HAN.get(text) if len(text) == 1 else None
    return (_HAN.get(tens, 1) if tens else 1) * 10 + (_HAN.get(ones, 0) if ones else 0)
