"""Regular expressions: tables of (pattern, text, expected spans), dialects and errors, UTF-8, lines, substitution."""

from __future__ import annotations

import pytest

from kos_kernel.toolkit.regex import PatternError, compile
from kos_kernel.toolkit.regex.facade import compile_any

ENGINES = [True, False]

SPANS = [  # extended syntax; the span of the whole, then of each group, None if it took no part
    ("abc", "xabcy", [(1, 4)]),
    ("a*", "b", [(0, 0)]),
    ("a|ab", "ab", [(0, 2)]),
    ("(a|ab)(c|bcd)(d*)", "abcd", [(0, 4), (0, 2), (2, 3), (3, 4)]),
    ("(ab|a)(bcd|c)(d*)", "abcd", [(0, 4), (0, 2), (2, 3), (3, 4)]),
    ("(a|ab)(bcd|c)(d*)", "abcd", [(0, 4), (0, 2), (2, 3), (3, 4)]),
    ("(a*)(b|abc)", "abc", [(0, 3), (0, 0), (0, 3)]),
    ("(a*)(abc|b)", "abc", [(0, 3), (0, 0), (0, 3)]),
    ("((a*)(b|abc))(c*)", "abc", [(0, 3), (0, 3), (0, 0), (0, 3), (3, 3)]),
    ("((a*)b)*", "aabb", [(0, 4), (3, 4), (3, 3)]),
    ("(a*)(a|ab)*(b*)", "abb", [(0, 3), (0, 1), None, (1, 3)]),
    ("(.*)(ab|b)", "aab", [(0, 3), (0, 2), (2, 3)]),
    ("a?(ab)?", "ab", [(0, 2), (0, 2)]),
    (".*b(cbe)?", "bcbe", [(0, 4), (1, 4)]),
    ("(a|b)*", "ab", [(0, 2), (1, 2)]),
    ("((a)|(b))*", "ab", [(0, 2), (1, 2), None, (1, 2)]),
    ("(a(b)?)+", "aba", [(0, 3), (2, 3), None]),
    ("(a*)*", "b", [(0, 0), (0, 0)]),
    ("(a*)+", "aa", [(0, 2), (0, 2)]),
    ("(a*)*(x)", "aax", [(0, 3), (0, 2), (2, 3)]),
    ("(a?)(ab)?", "ab", [(0, 2), (0, 0), (0, 2)]),
    ("(a|b)?", "", [(0, 0), None]),
    ("(|a)b", "ab", [(0, 2), (0, 1)]),
    ("(^|x)a", "a", [(0, 1), (0, 0)]),
    ("x(a|)", "x", [(0, 1), (1, 1)]),
    ("(foo|foobar|bar)(bar)?", "foobar", [(0, 6), (0, 6), None]),
    ("(week|wee)(knights|night)", "weeknights", [(0, 10), (0, 3), (3, 10)]),
    ("([^,]*),([^,]*)", "a,b,c", [(0, 3), (0, 1), (2, 3)]),
    ("(.*),(.*)", "a,b,c", [(0, 5), (0, 3), (4, 5)]),
    ("a{2,3}", "aaaa", [(0, 3)]),
    ("(ab){2}", "xababab", [(1, 5), (3, 5)]),
    ("(a|ab|c|bcd){2}(d*)", "abcd", [(0, 4), (1, 4), (4, 4)]),
    ("(a|ab|c|bcd)*(d*)", "ababcd", [(0, 6), (3, 6), (6, 6)]),
    ("(aa|aaa)*", "aaaaa", [(0, 5), (3, 5)]),
    ("[a-c]+x|[b-d]+y", "abcdy", [(1, 5)]),
    ("\\<the\\>", "other the", [(6, 9)]),
    ("\\bx\\B", "x xy", [(2, 3)]),
    ("a\\>.*\\<b", "a b", [(0, 3)]),
    ("\\w+\\W\\w", "ab-cd", [(0, 4)]),
    ("\\s\\S", "a b", [(1, 3)]),
    ("\\`a\\|b\\'", "b", None),
    ("^\\(", "(", [(0, 1)]),
    ("[]a]+", "]a]", [(0, 3)]),
    ("[^]a]", "]b", [(1, 2)]),
    ("[a\\]", "\\", [(0, 1)]),
    ("[[:digit:]x-]+", "1x-", [(0, 3)]),
    ("[[.-.]a]", "-", [(0, 1)]),
    ("[[=a=]]", "a", [(0, 1)]),
    ("(a)(b)(c)(d)(e)(f)(g)(h)(i)\\9", "abcdefghii", [(0, 10), *[(n, n + 1) for n in range(9)]]),
    ("(.)\\1", "abb", [(1, 3), (1, 2)]),
    ("(a*)b\\1", "aabaa", [(0, 5), (0, 2)]),
    ("^(.*)\n\\1$", "ab\nab", [(0, 5), (0, 2)]),
    ("((a)|b)\\2", "aa", [(0, 2), (0, 1), (0, 1)]),
    ("((a)|b)\\2", "b", None),
]


@pytest.mark.parametrize("third_party", ENGINES)
@pytest.mark.parametrize(("pattern", "text", "expected"), SPANS)
def test_a_match_and_its_groups_are_where_posix_puts_them(
    pattern: str, text: str, expected: list[tuple[int, int] | None] | None, third_party: bool
) -> None:
    regex = compile(pattern.encode(), syntax="ere", third_party=third_party)
    match = regex.search(text.encode())
    if expected is None:
        assert match is None
        return
    assert match is not None
    spans = [match.span(group) for group in range(regex.groups + 1)]
    assert spans == [(-1, -1) if span is None else span for span in expected]


BASIC = [
    ("a\\|b", "b", (0, 1)),
    ("a+", "a+", (0, 2)),
    ("a\\+", "aa", (0, 2)),
    ("a\\?b", "b", (0, 1)),
    ("*a", "*a", (0, 2)),
    ("^*a", "*a", (0, 2)),
    ("\\(*a\\)", "*a", (0, 2)),
    ("\\(^a\\)", "a", (0, 1)),
    ("a^b", "a^b", (0, 3)),
    ("a$b", "a$b", (0, 3)),
    ("a$", "ba", (1, 2)),
    ("\\(a$\\)", "ba", (1, 2)),
    ("a\\{2\\}", "aa", (0, 2)),
    ("a\\{,2\\}b", "aab", (0, 3)),
    ("a{2}", "a{2}", (0, 4)),
    ("(a)", "(a)", (0, 3)),
    ("\\(a\\)\\1", "aa", (0, 2)),
    ("\\+a", "+a", (0, 2)),
    ("a\\n", "an", (0, 2)),
]


@pytest.mark.parametrize(("pattern", "text", "span"), BASIC)
def test_basic_patterns_read_as_gnu_reads_them(pattern: str, text: str, span: tuple[int, int]) -> None:
    match = compile(pattern.encode()).search(text.encode())
    assert match is not None and match.span() == span


ERRORS = [
    ("bre", "\\{1\\}a", "Invalid preceding regular expression"),
    ("bre", "a**", "Invalid preceding regular expression"),
    ("bre", "\\(a", "Unmatched ( or \\("),
    ("bre", "a\\)", "Unmatched ) or \\)"),
    ("bre", "\\2", "Invalid back reference"),
    ("bre", "\\(a\\1\\)", "Invalid back reference"),
    ("bre", "a\\", "Trailing backslash"),
    ("bre", "a\\{1", "Unmatched \\{"),
    ("bre", "a\\{1a\\}", "Invalid content of \\{\\}"),
    ("bre", "a\\{2,1\\}", "Invalid content of \\{\\}"),
    ("bre", "[a", "Unmatched [, [^, [:, [., or [="),
    ("bre", "[]", "Unmatched [, [^, [:, [., or [="),
    ("bre", "[[:alpha", "Unmatched [, [^, [:, [., or [="),
    ("bre", "[z-a]", "Invalid range end"),
    ("bre", "[a-c-e]", "Invalid range end"),
    ("bre", "[[:alpha:]-z]", "Invalid range end"),
    ("bre", "[[:foo:]]", "Invalid character class name"),
    ("bre", "[[.aa.]]", "Invalid collation character"),
    ("ere", "*a", "Invalid preceding regular expression"),
    ("ere", "a|*b", "Invalid preceding regular expression"),
    ("ere", "^*", "Invalid preceding regular expression"),
    ("ere", "{1}a", "Invalid preceding regular expression"),
    ("ere", "(a", "Unmatched ( or \\("),
    ("sed-ere", "a)", "Unmatched ) or \\)"),
    ("ere", "a{1", "Unmatched \\{"),
    ("ere", "a{40000}", "Regular expression too big"),
    ("ere", "((a{1,100}){1,100}){1,100}", "Regular expression too big"),
    ("egrep", "a{}", "Invalid content of \\{\\}"),
    ("grep", "[:space:]", "character class syntax is [[:space:]], not [:space:]"),
]


@pytest.mark.parametrize(("syntax", "pattern", "message"), ERRORS)
def test_a_wrong_pattern_is_refused_in_glibcs_words(syntax: str, pattern: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile(pattern.encode(), syntax=syntax)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("syntax", "pattern", "text", "span"),
    [
        ("egrep", "*a", "*a", (1, 2)),
        ("egrep", "a{1", "a{1", (0, 3)),
        ("egrep", "a{1a}", "a{1a}", (0, 5)),
        ("egrep", "a)", "a)", (0, 2)),
        ("egrep", "{1}a", "{1}a", (1, 4)),
        ("grep", "a\nb", "b", (0, 1)),
        ("grep", "a**", "aa", (0, 2)),
        ("fixed", "a.*[", "xa.*[", (1, 5)),
        ("awk", "[\\]]", "]", (0, 1)),
        ("emacs", "a+\\|b", "aa", (0, 2)),
        ("emacs", "a{2}", "a{2}", (0, 4)),
    ],
)
def test_dialects_differ_where_their_programs_do(syntax: str, pattern: str, text: str, span: tuple[int, int]) -> None:
    match = compile(pattern.encode(), syntax=syntax).search(text.encode())
    assert match is not None and match.span() == span


@pytest.mark.parametrize("third_party", ENGINES)
def test_in_utf8_a_dot_is_a_character_and_a_stray_byte_is_none(third_party: bool) -> None:
    def spans(pattern: str, data: bytes) -> list[tuple[int, int]]:
        regex = compile(pattern.encode(), syntax="ere", third_party=third_party)
        return [match.span() for match in regex.finditer(data)]

    assert spans("caf.", "le café".encode()) == [(3, 8)]
    assert spans("^.{3}$", "äöü".encode()) == [(0, 6)]
    assert spans("[ä-ö]+", "aäöü".encode()) == [(1, 5)]
    assert spans("[^a]", "aé".encode()) == [(1, 3)]
    assert spans("[[:alpha:]]+", "né à 1".encode()) == [(0, 3), (4, 6)]
    assert spans("\\<[[:upper:]]\\w+", "été Était".encode()) == [(6, 12)]
    assert spans("a.b", b"a\xffb") == []
    assert spans("a[^x]b", b"a\xffb a-b") == [(4, 7)]
    assert spans("b", b"\xff\xfeb\xff") == [(2, 3)]
    assert spans("x*", "é".encode()) == [(0, 0), (2, 2)]
    assert spans("(é|à)+", "éàé".encode()) == [(0, 6)]
    assert spans("(.)\\1", "aéé".encode()) == [(1, 5)]
    regex = compile(b"a\xffb", third_party=third_party)
    assert (match := regex.search(b"xa\xffb")) is not None and match.span() == (1, 4)


@pytest.mark.parametrize("third_party", ENGINES)
def test_in_the_c_locale_a_dot_is_a_byte(third_party: bool) -> None:
    regex = compile(b"a.b", utf8=False, third_party=third_party)
    assert (match := regex.search(b"a\xffb")) is not None and match.span() == (0, 3)
    assert compile(b"^[[:alpha:]]*$", utf8=False, third_party=third_party).search("é".encode()) is None
    assert compile(b"a.b", utf8=False, third_party=third_party).search("aéb".encode()) is None


@pytest.mark.parametrize("third_party", ENGINES)
def test_icase_folds_letters_of_every_script(third_party: bool) -> None:
    for pattern, text in [
        ("gnu", "GnU"),
        ("äß", "Äß"),
        ("[a-c]+", "aBC"),
        ("привет", "ПРИВЕТ"),
        ("[^a]", "b"),
        ("(a)\\1", "aA"),
    ]:
        regex = compile(pattern.encode(), syntax="ere", icase=True, third_party=third_party)
        match = regex.search(text.encode())
        assert match is not None and match.end() == len(text.encode()), pattern
    assert compile(b"^[^a]$", icase=True, third_party=third_party).search(b"A") is None
    assert compile(b"[[:upper:]]", icase=True, third_party=third_party).search(b"a") is not None


@pytest.mark.parametrize("third_party", ENGINES)
def test_lines_finds_the_lines_that_match(third_party: bool) -> None:
    data = b"one\ntwo\n\nthree one\nlast"

    def lines(pattern: bytes, **options: object) -> list[bytes]:
        regex = compile(pattern, syntax="egrep", newline=b"\n", third_party=third_party, **options)  # type: ignore[arg-type]
        return [data[start:end] for start, end in regex.lines(data)]

    assert lines(b"one") == [b"one", b"three one"]
    assert lines(b"^$") == [b""]
    assert lines(b"^t") == [b"two", b"three one"]
    assert lines(b"e$") == [b"one", b"three one"]
    assert lines(b"[^x]t") == [b"last"]
    assert lines(b"one\\W*last") == []
    assert lines(b"x*") == [b"one", b"two", b"", b"three one", b"last"]
    assert lines(b"(e)\\1") == [b"three one"]
    assert lines(b"one", whole="line") == [b"one"]
    assert lines(b"o|t", whole="word") == []
    assert lines(b"thre|one|o", whole="word") == [b"one", b"three one"]
    assert lines(b"\\`one\\'") == [b"one"]
    assert compile(b"a", newline=b"\n").lines(b"") == []
    assert compile(b"^$", newline=b"\n").lines(b"a\n") == []
    assert compile(b"b", newline=b"\0").lines(b"a\nb\0c\0") == [(0, 3)]


def test_compile_any_matches_where_one_of_its_patterns_does() -> None:
    regex = compile_any([b"(a)\\1", b"(b)c\\1"], syntax="egrep", newline=b"\n")
    assert regex.groups == 2
    assert regex.lines(b"aa\nbc\nbcb\nab\n") == [(0, 2), (6, 9)]
    assert compile_any([], syntax="grep", newline=b"\n").lines(b"a\n\n") == []
    assert compile_any([b"ab", b"abc"], syntax="fixed").search(b"xabcd").span() == (1, 4)  # type: ignore[union-attr]


def test_multiline_moves_the_anchors_and_keeps_newlines_characters() -> None:
    regex = compile(b"^b.c$", multiline=True)
    assert (match := regex.search(b"a\nb\nc\nd")) is not None and match.span() == (2, 5)
    assert compile(b"^b").search(b"a\nb") is None
    assert compile(b"\\`b", multiline=True).search(b"a\nb") is None


@pytest.mark.parametrize("third_party", ENGINES)
def test_pos_and_endpos_bound_a_search_but_what_stands_before_is_seen(third_party: bool) -> None:
    def found(pattern: bytes, data: bytes, *bounds: int) -> tuple[int, int] | None:
        match = compile(pattern, third_party=third_party).search(data, *bounds)
        return None if match is None else match.span()

    assert found(b"^a", b"aa", 1) is None
    assert found(b"\\<a", b"ba", 1) is None
    assert found(b"a$", b"aab", 0, 2) == (1, 2)
    assert found(b"a\\>", b"ab", 0, 1) == (0, 1)
    assert found(b"b*$", b"abb", 0, 2) == (1, 2)
    assert found(b"a*", b"baa", 1) == (1, 3)


@pytest.mark.parametrize("third_party", ENGINES)
def test_sub_replaces_as_sed_does(third_party: bool) -> None:
    def changed(pattern: bytes, data: bytes, replacement: bytes = b"-", count: int = 0) -> tuple[bytes, int]:
        return compile(pattern, syntax="ere", third_party=third_party).sub(replacement, data, count)

    assert changed(b"x*", b"abxd") == (b"-a-b-d-", 4)
    assert changed(b"b", b"abab", b"\\1&", 1) == (b"a\\1&ab", 1)
    assert changed(b"a|ab", b"abab") == (b"--", 2)
    assert changed(b"z", b"abc") == (b"abc", 0)
    assert changed(b"(.)\\1", b"aabbc") == (b"--c", 2)
    regex = compile(b"(a|ab)(c|bcd)?", syntax="ere", third_party=third_party)
    assert regex.sub(lambda match: b"<" + match.group(1) + b">", b"abcd ab")[0] == b"<a> <ab>"


def test_locate_gives_the_start_alone() -> None:
    regex = compile(b"b\\+")
    assert (regex.locate(b"aabb"), regex.locate(b"aabb", 3), regex.locate(b"aa")) == (2, 3, -1)


def test_groups_of_a_match_can_be_asked_for_in_every_way() -> None:
    for pattern in (b"(a)|(b)", b"((a)|(b))*"):
        match = compile(pattern, syntax="ere").search(b"xb" if pattern[0:2] == b"(a" else b"b")
        assert match is not None
        last = 2 if pattern[0:2] == b"(a" else 3
        assert match.group(last) == b"b" and match.group(last - 1) is None
        assert match.span(last - 1) == (-1, -1) and match.start(last - 1) == -1
        with pytest.raises(IndexError):
            match.span(9)
