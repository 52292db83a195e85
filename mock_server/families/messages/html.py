"""The HTML of mails: as plain text, and the links in it. Pure.

Not `html.parser`: that of Python 3.11.7 needs half a minute for 60 kB of `<a `, raises on `<![` and reads the
`&currency=` of an address as a sign. Here each alternative stops at the next `<` or takes what it has passed, and
repetition is possessive, so that the time is linear.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator

_MARKUP = re.compile(
    r"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?P<raw>script|style|title)(?=[\s/>])[^<>]*+>.*?(?:</(?P=raw)(?=[\s/>])[^<>]*+>|\Z)
    | <(?P<tag>/?[a-z][a-z0-9_-]*+(?::[a-z0-9_-]++)?)(?=[\s/>])(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>
    | <[!?/][^<>]*+>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]*+)))?""")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINK = re.compile(r"""https?://[\w\[][^\s<>"']*""", re.IGNORECASE)
_CELLS = {"td", "th"}
_BLOCKS = {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
           "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav",
           "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}  # fmt: skip


def is_html(body: str) -> bool:
    """Whether a body has a tag."""
    return _MARKUP.search(body) is not None


def as_html(body: str) -> str:
    """A body with tags as it is, a plain text as a paragraph."""
    return body if is_html(body) else f"<p>{'<br>'.join(entities.escape(body).splitlines())}</p>"


def plain_text(html: str) -> str:
    """The text of an HTML body as a mail's plain part shows it; a text without a tag comes back as it is.

    A block begins a new line and `<br>` ends one (`</br>` too: S1:851); a link shows its address behind its text when
    they differ; scripts, styles, titles and comments go; malformed tags stay as text.
    """
    if not is_html(html):
        return html
    # in `parts`, \n is a line end and \f the edge of a block, which ends a line only if something stands on it
    parts: list[str] = []
    link, label_from = "", 0
    for text, tag, attributes in _pieces(html):
        if text:
            parts.append(_SPACE.sub(" ", text))
        name = tag.removeprefix("/")
        if name == "a":
            label = " ".join("".join(parts[label_from:]).split())
            if link and label != link:
                parts.append(f" ({link})" if label else link)
            link, label_from = _href(attributes), len(parts)
        elif name == "br":
            parts.append("\n")
        elif name in _BLOCKS:
            parts.append("\f")
        elif name in _CELLS:
            parts.append(" ")
    text = re.sub(r" ?([\n\f]) ?", r"\1", re.sub(r" +", " ", "".join(parts)))
    text = re.sub(r"[\n\f]+", lambda run: "\n" * (run[0].count("\n") + run[0].startswith("\f")), text)
    return text.strip(" \n")


def links_of(body: str) -> list[str]:
    """The distinct http(s) links of a body in order: what its `<a>` point to, or bare addresses in one without tags.

    Of a bare address, punctuation at its end is the sentence's, and so is a closing bracket that it did not open.
    """
    if is_html(body):
        links = [_href(attributes) for _, tag, attributes in _pieces(body) if tag == "a"]
    else:
        links = [link.rstrip(".,;:!?" if "(" in link else ".,;:!?)") for link in _LINK.findall(body)]
    return [link for link in dict.fromkeys(links) if link]


def _pieces(html: str) -> Iterator[tuple[str, str, str]]:
    """Each text with the tag behind it (`p`, `/p`; none behind the last) and that tag's attributes."""
    at = 0
    for match in _MARKUP.finditer(html):
        yield _decoded(html[at : match.start()]), (match["tag"] or "").lower(), match["attributes"] or ""
        at = match.end()
    yield _decoded(html[at:]), "", ""


def _href(attributes: str) -> str:
    """Where a link leads; nothing unless to http or https."""
    for name, *quoted_or_bare in _ATTRIBUTE.findall(attributes):
        if name.lower() == "href":
            address = " ".join(_decoded("".join(quoted_or_bare)).split())
            return address if _LINK.match(address) else ""
    return ""


def _decoded(text: str) -> str:
    """Entities as the signs that they mean; without their semicolon they are none, as `&copy=` in an address."""
    return _ENTITY.sub(lambda match: entities.unescape(match[0]), text) if "&" in text else text
