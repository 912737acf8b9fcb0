"""What is not shown: values of some names, texts that fit a pattern, and whole kinds of data.

Applied where data come in (metadata in `data.Reader`, logs in `datastore.shielded`) or where values are made ready to
be shown (artifacts, parameters), so that no page and no search sees more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import re2

from dashboard.errors import BadSetting

HIDDEN = "[hidden]"
MOST_PATTERNS = 200


@dataclass(frozen=True, slots=True)
class Privacy:
    """`names` are patterns in small letters, `texts` what must not be read in any text."""

    names: tuple[str, ...] = ()
    texts: Any = None  # a compiled pattern of bytes
    logs: bool = True
    artifacts: bool = True
    cards: bool = True

    @property
    def is_open(self) -> bool:
        """Whether everything is shown."""
        return not self.names and self.texts is None and self.logs and self.artifacts and self.cards

    def hides(self, name: str) -> bool:
        """Whether values of this name are not shown."""
        small = name.lower()
        return any(fnmatchcase(small, one) for one in self.names)

    def value(self, name: str, text: str) -> str:
        """The text of a value, as much of it as is shown."""
        return HIDDEN if self.names and self.hides(name) else self.text(text)

    def text(self, text: str) -> str:
        """A text without what fits a pattern."""
        if self.texts is None:
            return text
        hidden: bytes = self.texts.sub(HIDDEN.encode(), text.encode("utf-8", "replace"))
        return hidden.decode("utf-8", "replace")

    def masked(self, data: bytes) -> bytes:
        """Bytes of the same number, with stars for what fits a pattern; lines stay lines."""
        if self.texts is None:
            return data
        masked: bytes = self.texts.sub(lambda found: re.sub(rb"[^\r\n]", b"*", found[0]), data)
        return masked

    def within(self, found: Any) -> Any:
        """The same JSON, with its texts as they are shown."""
        if self.texts is None:
            return found
        if isinstance(found, str):
            return self.text(found)
        if isinstance(found, dict):
            return {key: self.within(value) for key, value in found.items()}
        return [self.within(value) for value in found] if isinstance(found, list | tuple) else found


def patterns(path: Path) -> Any:
    """The regular expressions of a file, one a line, as one. Raises BadSetting."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"The file of hidden texts {path} cannot be read: {error}.") from None
    found = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if len(found) > MOST_PATTERNS:
        raise BadSetting(f"{path} has {len(found)} patterns; {MOST_PATTERNS} are the most.")
    for number, line in found:
        if _compiled(line) is None or _compiled(line).search(b"") is not None:
            raise BadSetting(f"Line {number} of {path} is no regular expression of RE2, or fits any text: {line[:80]}.")
    return _compiled("|".join(f"(?:{line})" for _, line in found)) if found else None


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True  # no match goes over the end of a line
    try:
        return re2.compile(pattern.encode(), options=options)
    except re2.error:
        return None
