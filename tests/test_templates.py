"""Templates: what a text becomes in the mail of one lead, in HTML and as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.families.messages.html import links_of, plain_text
from mock_server.families.messages.templates import compiled, field_values

DEEP = 20_000
ANN = {"first_name": "Ann", "company_name": "Acme & Co", "Job Title": "CTO", "empty": "", "odd": "{{first_name}}{x|y}",
       "with|bar": "w", "empty|bar": ""}  # fmt: skip


def first(_number: int, _count: int) -> int:
    """Always the first option."""
    return 0


def last(_number: int, options: int) -> int:
    """Always the last option."""
    return options - 1


def never(_number: int, _count: int) -> int:
    """There is nothing to choose."""
    raise AssertionError("asked to choose")


@pytest.mark.parametrize(("text", "with_first_options", "with_last_options"), [
    ("Hi {{first_name}}{{ first_name\t}},", "Hi AnnAnn,", "Hi AnnAnn,"),
    ("{{Job Title}} of {{company_name}}", "CTO of Acme & Co", "CTO of Acme & Co"),
    ("{{First_Name}}|{{firstName}}|{{JobTitle}}.", "||.", "||."),
    ("[{{empty}}]", "[]", "[]"),
    ("{{with|bar}}{{empty|bar}}{{no|bar}}", "w{{no|bar}}", "w{{no|bar}}"),
    ("{{odd}}", "{{first_name}}{x|y}", "{{first_name}}{x|y}"),
    ("{{odd}|z}", "{odd}", "z"),
    ("{{{odd}}|z}", "{{first_name}}{x|y}", "z"),
    ("{{{first_name}}}", "{Ann}", "{Ann}"),
    ("{{ oops {{first_name}}", "{{ oops Ann", "{{ oops Ann"),
    ("{{oops} {{first_name}} }}", "{{oops} Ann }}", "{{oops} Ann }}"),
    ("{Hi|Hello|Hey} {{first_name}}", "Hi Ann", "Hey Ann"),
    ("{Hi|{Hello|Hey} there}", "Hi", "Hey there"),
    ("{Hi {{first_name}}|<b>{{Job Title}}</b>}", "Hi Ann", "<b>CTO</b>"),
    ("{a|{{first_name}}}", "a", "Ann"),
    ("a{| b}{|}c", "ac", "a bc"),
    ("{a|b {c|d}", "{a|b c", "{a|b d"),
    ("{a|b}}", "a}", "b}"),
    ("{x {y} z|{w}}", "x {y} z", "{w}"),
    ("{x|{{no|such}}}", "x", "{{no|such}}"),
])  # fmt: skip
def test_worked_examples(text: str, with_first_options: str, with_last_options: str) -> None:
    """What a text becomes when every choice takes its first option, and when every one takes its last."""
    assert compiled(text).render(ANN, first) == with_first_options
    assert compiled(text).render(ANN, last) == with_last_options


@pytest.mark.parametrize("text", [
    "", "a|b", "{a|b", "a|b}", "{{first_name", "{{no|such}}", "{{}}", "{{ }} }} } { {{",
    "<style>p { color: red }</style>", "@media print{p{margin:0}}", '{"a": {"b": [1]}} { a: 1 }',
])  # fmt: skip
def test_what_is_neither_field_nor_choice_stays(text: str) -> None:
    """CSS, JSON, and what was left open or empty."""
    assert compiled(text).render(ANN, never) == text


def test_fields_are_named_once_in_order() -> None:
    """Those in options too, whichever is taken."""
    assert compiled("{{b}}{x|{{ c }}|{{a}}{{b}}}{{}}{{d").fields == ("b", "c", "a")


def test_choices_are_numbered_by_where_they_open() -> None:
    """A nested choice has its number after the one around it, and those behind keep theirs whatever is taken."""
    template = compiled("{a|{b|c|d} {e}|f} {g|h}")
    asked: list[list[tuple[int, int]]] = []
    for option in (0, 1, 2):
        asked.append([])

        def choose(number: int, count: int, option: int = option) -> int:
            asked[-1].append((number, count))
            return option if number == 0 else 0

        template.render({}, choose)
    assert asked == [[(0, 3), (2, 2)], [(0, 3), (1, 3), (2, 2)], [(0, 3), (2, 2)]]


def test_a_text_is_compiled_once() -> None:
    """The same text is the same template."""
    assert compiled("once {{a}}") is compiled("".join(["once ", "{{a}}"]))


plain = st.text(st.characters(exclude_characters="{}"))
names = st.text(st.characters(exclude_characters="{}"), min_size=1).map(str.strip).filter(bool)
markup = st.lists(st.sampled_from(["{", "}", "|", "{{", "}}", "{{a}}", "{{ b }}", "{{a|b}}", "{a|", "a", "b", " "]))
templates = st.one_of(st.text(), markup.map("".join), st.text("{}|a"))


@given(plain | st.text(st.characters(exclude_characters="|")).filter(lambda text: "{{" not in text))
@example("{ a: 1 }")
def test_text_without_field_or_choice_comes_back(text: str) -> None:
    """Single braces without a bar, paired or not, are text, and so are bars without braces."""
    assert compiled(text).fields == ()
    assert compiled(text).render({}, never) == text


@given(before=plain, name=names, after=plain, padding=st.text(" \t\n", max_size=2), value=st.text())
@example(before="", name="a", after="", padding=" ", value="{{a}}{b|c}")
def test_a_value_is_inserted_verbatim(before: str, name: str, after: str, padding: str, value: str) -> None:
    """Whatever it holds: fields, choices, HTML."""
    template = compiled(f"{before}{{{{{padding}{name}{padding}}}}}{after}")
    assert template.fields == (name,)
    assert template.render({name: value}, never) == before + value + after


@given(templates, st.dictionaries(st.sampled_from(["a", "b", "a|b"]), st.text("{}|x")))
def test_any_text_renders_and_twice_the_same(text: str, values: dict[str, str]) -> None:
    """Nothing raises, and rendering leaves nothing behind in the template."""
    template = compiled(text)
    assert template.render(values, last) == template.render(values, last)
    assert compiled.__wrapped__(text).render(values, first) == template.render(values, first)


#: stand for `{`, `}`, `|` that are text, in the expander below
SHIELD = str.maketrans("{}|", "\ue000\ue001\ue002")
UNSHIELD = str.maketrans("\ue000\ue001\ue002", "{}|")


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in, character by character; braces of what is filled in are shielded."""
    done, at = "", 0
    while at < len(text):
        end = at + 2
        while text[end : end + 1] not in ("", "{", "}"):
            end += 1
        name = text[at + 2 : end].strip()
        if text[at : at + 2] == "{{" and text[end : end + 2] == "}}" and name:
            otherwise = f"{{{{{text[at + 2 : end]}}}}}" if "|" in name else ""
            done += values.get(name, otherwise).translate(SHIELD)
            at = end + 2
        else:
            done += text[at]
            at += 1
    return done


def expansions(text: str) -> set[str]:
    """All that a text without fields can become: again and again, an innermost pair of braces is resolved."""
    pair = re.search(r"\{([^{}]*)\}", text)
    if pair is None:
        return {text.translate(UNSHIELD)}
    options = pair[1].split("|")
    if len(options) == 1:
        options = [pair[0].translate(SHIELD)]
    return {found for option in options for found in expansions(text[: pair.start()] + option + text[pair.end() :])}


def all_renderings(render: Callable[[Callable[[int, int], int]], str]) -> Iterator[str]:
    """The result of every way to choose."""
    pending: list[dict[int, int]] = [{}]
    while pending:
        fixed = pending.pop()

        def choose(number: int, count: int, fixed: dict[int, int] = fixed) -> int:
            if number not in fixed:
                pending.extend({**fixed, number: option} for option in range(1, count))
                fixed[number] = 0
            return fixed[number]

        yield render(choose)


@given(st.one_of(markup.map(lambda parts: "".join(parts[:14])), st.text("{}|ab", max_size=16)))
@example("{a|{b|c}{{a}}}{d|}{{{b}}}")
@example("{{a|b}|c}")
@example("{{a}|{b}}")
def test_choices_give_all_expansions_and_nothing_else(text: str) -> None:
    """Against an expander that works from the inside outwards by rewriting the text."""
    values = {"a": "{x|{{b}}}", "b": "B"}
    rendered = set(all_renderings(lambda choose: compiled(text).render(values, choose)))
    assert rendered == expansions(with_values(text, values))


#: a text, (a choice's options), or [texts and choices behind each other]
trees = st.recursive(
    st.text("abc ", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, min_size=2, max_size=3).map(tuple),
    max_leaves=25,
)


def written(tree: Any) -> str:
    """The template of a tree."""
    if isinstance(tree, tuple):
        return "{" + "|".join(map(written, tree)) + "}"
    return tree if isinstance(tree, str) else "".join(map(written, tree))


def resolved(tree: Any, picks: list[int], numbers: Iterator[int]) -> str:
    """What a tree becomes; options that are not taken use up their numbers too."""
    if isinstance(tree, str):
        return tree
    pick = picks[next(numbers) % len(picks)] if isinstance(tree, tuple) else 0
    results = [resolved(inner, picks, numbers) for inner in tree]
    return results[pick % len(results)] if isinstance(tree, tuple) else "".join(results)


@given(trees, st.lists(st.integers(0, 5), min_size=1))
def test_the_chosen_option_is_taken(tree: Any, picks: list[int]) -> None:
    """Every choice gets the option that was named for its number, at any depth."""
    rendered = compiled(written(tree)).render({}, lambda number, count: picks[number % len(picks)] % count)
    assert rendered == resolved(tree, picks, iter(range(1000)))


@pytest.mark.parametrize(("text", "with_first_options", "with_last_options"), [
    ("{" * DEEP, "{" * DEEP, "{" * DEEP),
    ("}" * DEEP, "}" * DEEP, "}" * DEEP),
    ("{" * DEEP + "}" * DEEP, "{" * DEEP + "}" * DEEP, "{" * DEEP + "}" * DEEP),
    ("{{a" * DEEP, "{{a" * DEEP, "{{a" * DEEP),
    ("{a|" * DEEP, "{a|" * DEEP, "{a|" * DEEP),
    ("{a|" * DEEP + "b" + "}" * DEEP, "a", "b"),
    ("{" * DEEP + "a" + "|b}" * DEEP, "a", "b"),
    ("{x" * DEEP + "{a|b}" + "}" * DEEP, "{x" * DEEP + "a" + "}" * DEEP, "{x" * DEEP + "b" + "}" * DEEP),
    ("{{first_name}}{a|b}" * DEEP, "Anna" * DEEP, "Annb" * DEEP),
], ids=lambda text: text[:8])  # fmt: skip
def test_depth_has_no_bound(text: str, with_first_options: str, with_last_options: str) -> None:
    """No recursion; and were the time not linear, these would not end."""
    assert compiled(text).render(ANN, first) == with_first_options
    assert compiled(text).render(ANN, last) == with_last_options


@pytest.mark.parametrize(("value", "text"), [
    ("CTO", "CTO"), ("", ""), ("  {x|y} ", "  {x|y} "), (3, "3"), (-12, "-12"), (3.0, "3"), (3.5, "3.5"),
    (0.1, "0.1"), (-0.0, "0"), (2.0**53, "9007199254740992"), (1e16, "10000000000000000"), (1e300, "1e+300"),
    (True, "true"), (False, "false"), (1, "1"), (0, "0"),
])  # fmt: skip
def test_custom_values_as_text(value: object, text: str) -> None:
    """Strings as they are, numbers without noise, booleans as JSON writes them."""
    assert field_values({}, {"x": value}) == {"x": text}


def test_a_lead_has_its_nine_fields_and_its_custom_ones() -> None:
    """Other columns of the row are none, and null is no value."""
    own = "first_name last_name email phone_number company_name website location linkedin_profile company_url"
    lead = {name: f"the {name}" for name in own.split()}
    row = {**lead, "id": 3_000_000_001, "is_unsubscribed": 0}
    assert field_values(row, {"Job Title": "CTO", "gone": None}) == {**lead, "Job Title": "CTO"}


@pytest.mark.parametrize(("own", "custom", "shown"), [
    ("Acme", "Other", "Acme"), (None, "Other", "Other"), ("", "Other", "Other"), ("Acme", None, "Acme"),
    (None, None, ""), ("", "", ""),
])  # fmt: skip
def test_a_leads_own_field_wins_over_a_custom_one(own: str | None, custom: str | None, shown: str) -> None:
    """Unless it is null or empty."""
    values = field_values({"company_name": own}, {"company_name": custom})
    assert compiled("{{company_name}}").render(values, never) == shown


@pytest.mark.parametrize(("html", "text"), [
    ("Hi Ann,\n\n  1 < 2 & 3 > 2 &amp; <3", "Hi Ann,\n\n  1 < 2 & 3 > 2 &amp; <3"),
    ("<ann@example.com> and <https://example.com>\n", "<ann@example.com> and <https://example.com>\n"),
    ("<p>Hi<br><br>How are you?<br/>Hope you're\r\n doing  good</p>", "Hi\n\nHow are you?\nHope you're doing good"),
    ("<p>Hi {{firstName}},</p><p>I noticed</p>", "Hi {{firstName}},\nI noticed"),
    ("Thanks,</br>Ramesh Kumar M", "Thanks,\nRamesh Kumar M"),
    ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
    ("<div><div>a</div></div>\n\n<div>b<br></div>c", "a\nb\nc"),
    ("one<P CLASS='x'>two</P>three", "one\ntwo\nthree"),
    ("<ul>\n<li>one\n<li> two </li>\n</ul>three", "one\ntwo\nthree"),
    ("<h1>A</h1>b<hr>c", "A\nb\nc"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("a <b> bold</b><i>ly</i>  go", "a boldly go"),
    ("<p>1 &lt; 2 &amp;&amp; x&#33;&#x21; caf&eacute;&nbsp;&copy</p>", "1 < 2 && x!! café\xa0&copy"),
    ("<p>&lt;b&gt; &unknown; &#0; &#99999999; AT&T</p>", "<b> &unknown; \ufffd &#99999999; AT&T"),
    ("<style>p > a { color: red }</style><script>if (a<b) '</p>'</script>Hi", "Hi"),
    ("<style><!-- p {} </style>Hi<STYLE>q</Style > Ann", "Hi Ann"),
    ("<html><head>\r\n<title>Smartlead AI</title>\r\n</head>\r\n<body>\r\n  <p>Hey!</p>\r\n</body></html>", "Hey!"),
    ("<!DOCTYPE html><?xml version='1.0'?>a<!-- <p>b</p> -->c<!---->d<!-->e<![endif]>f<!-- --!>g<!-- h", "acdefg"),
    ('See <a href="https://example.com/x">our page</a>.', "See our page (https://example.com/x)."),
    ("See <a href=https://example.com/x> https://example.com/x </a>", "See https://example.com/x"),
    ("<a href='https://example.com/?a=1&amp;b=2'><b>our</b>\npage</a>", "our page (https://example.com/?a=1&b=2)"),
    ('See <a href="https://example.com"><img src="x.png"></a>', "See https://example.com"),
    ('<a href="#">Unsubscribe</a> <a href="mailto:ann@example.com">Ann</a> <a>x</a>', "Unsubscribe Ann x"),
    ("<a href=https://a.test>a<a href=https://b.test>b</a>c", "a (https://a.test)b (https://b.test)c"),
    ('<img alt="a > b" src=x>c', "c"),
    ("<p>a <b", "a <b"),
    ('<p>a <a href="x>b</p>c', 'a <a href="x>b\nc'),
    ("<b></b>", ""),
    ("a</></ b>c<br>", "ac"),
])  # fmt: skip
def test_plain_text_of_html(html: str, text: str) -> None:
    """What a mail program shows of an HTML body in its plain part."""
    assert plain_text(html) == text


@pytest.mark.parametrize(("body", "links"), [
    ("no link, no.link/at/all, ftp://x.test, https://", []),
    ("See https://a.test/x?y=1&copy=2, (http://b.test/z). Or https://a.test/x?y=1&copy=2!",
     ["https://a.test/x?y=1&copy=2", "http://b.test/z"]),
    ("https://a.test/B_(c) <https://b.test> HTTP://C.test\nhttp://[::1]:80/", ["https://a.test/B_(c)", "https://b.test",
     "HTTP://C.test", "http://[::1]:80/"]),
    ("<p>https://bare.test <a href='https://b.test'>b</a><A\nHREF = https://a.test/ >a</A></p>",
     ["https://b.test", "https://a.test/"]),
    ('<a href="https://a.test">a</a><a href="https://b.test"></a><a href="https://a.test">c</a>',
     ["https://a.test", "https://b.test"]),
    ('<a title="href=https://no.test" data-href="https://no.test" href=" https://a.test ">a</a>', ["https://a.test"]),
    ('<a href="https://a.test" href="https://no.test">', ["https://a.test"]),
    ('<a href="https://a.test/?a=1&amp;b=2&currency=USD&copy=1">', ["https://a.test/?a=1&b=2&currency=USD&copy=1"]),
    ('<a href="#x"><a href="mailto:a@b.test"><a href=""><a href><a>', []),
    ("<!-- <a href='https://no.test'> --><script>'<a href=https://no.test>'</script><abbr href=https://no>", []),
])  # fmt: skip
def test_links_of_a_body(body: str, links: list[str]) -> None:
    """Those of `<a>` in HTML, bare ones in a text, each once."""
    assert links_of(body) == links


HTML_SIGNS = ["<", ">", "</", "/>", "<!--", "-->", "<!", "<![", "<?", "<a ", "<a href=", "href", "=", '"', "'",
              "https://a.test", "<p>", "</p>", "<br>", "<style>", "</style", "<title", "&", "&#", "9" * 5000, ";",
              "&amp", "x", " ", "\n", "\f", "\0", "\ud800"]  # fmt: skip
tag_soup = st.one_of(st.text(), st.lists(st.sampled_from(HTML_SIGNS)).map("".join))


@given(tag_soup)
@example("<p>&#" + "9" * 5000 + ";")
def test_any_text_is_read_as_html(text: str) -> None:
    """Nothing raises; the ends are trimmed or nothing is changed; links are links, each once."""
    shown = plain_text(text)
    assert shown == text or shown == shown.strip(" \n")
    links = links_of(text)
    assert len(set(links)) == len(links)
    assert all(link.lower().startswith(("http://", "https://")) for link in links)


@given(st.text(st.characters(exclude_characters="<")))
def test_text_without_a_tag_stays_as_it_is(text: str) -> None:
    """Its line ends, spaces and ampersands too."""
    assert plain_text(text) == text


@given(st.text(st.one_of(st.sampled_from(" \t\n\r\f<>&\"'"), st.characters())))
def test_escaped_text_comes_back_with_its_spaces_collapsed(text: str) -> None:
    """As HTML collapses them: not the non-breaking ones."""
    assert plain_text(f"<div>{escape(text)}</div>") == re.sub(r"[ \t\n\r\f]+", " ", text).strip(" ")


@given(st.lists(st.text("ab/?&=<>\"' ;é").map(lambda tail: " ".join(f"https://x{tail}".split()))))
def test_every_quoted_link_is_found_as_it_was_meant(links: list[str]) -> None:
    """Whatever it holds, once each, in order."""
    body = "".join(f'<p class="x"><a target=_blank href="{escape(link)}">{n}</a></p>' for n, link in enumerate(links))
    assert links_of(f"{body}<br>") == list(dict.fromkeys(links))


class Words(HTMLParser):
    """The text of well-formed HTML, by the standard library."""

    words = ""

    def handle_data(self, data: str) -> None:
        self.words += data


well_formed = st.recursive(
    st.text("ab <>&\n").map(escape),
    lambda inner: st.one_of(
        st.lists(inner).map("".join),
        st.tuples(st.sampled_from(["p", "b", "div", "span", "li", "o:p", "td"]), st.text("a<>\"'&/= "), inner).map(
            lambda node: f'<{node[0]} title="{escape(node[1])}" x>{node[2]}</{node[0]}>'
        ),
        inner.map(lambda text: f"{text}<br><!-- {text} -->"),
    ),
)


@given(well_formed)
def test_no_word_is_lost_or_made_up(html: str) -> None:
    """Of well-formed HTML, the standard library's parser reads the same characters, spaces aside."""
    reader = Words()
    reader.feed(html)
    reader.close()
    assert "".join(plain_text(f"<div>{html}</div>").split()) == "".join(reader.words.split())


@pytest.mark.parametrize("piece", [
    "<", "<a", "<a ", "<a x='", '<a x="', "<a \"'", "<a href=", "</a ", "<!", "<![", "<!--", "<!--x--", "<?",
    "<script>", "<script ", "<style></style ", "<a href=https://a.test>", "<p> ", "<br>\n", " ", "&", "&#9", "&amp",
    "'", '"', "https://", "https://a.test", "(",
])  # fmt: skip
@pytest.mark.parametrize("before", ["", "<p>", "<style>", '<a x="'])
def test_long_malformed_html_ends(before: str, piece: str) -> None:
    """Were the time quadratic, as that of `html.parser` is for many of these, they would take minutes each."""
    html = before + piece * DEEP
    assert len(plain_text(html)) <= 2 * len(html)
    assert len(links_of(html)) <= DEEP
