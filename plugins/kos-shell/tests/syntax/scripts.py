"""Random scripts, for property tests: built from the grammar, so that nearly all of them are valid."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "foo", "x_1", "cat", "[", "-f", "in", "1"])
VARIABLES = st.sampled_from(["x", "y", "foo", "_z"])
PLAIN = st.sampled_from(["a", "b.c", "-n", "1", "x=y", "a:b", "%", "+", "@", "a-b", "é", "]", "{}", "/", "..", ","])


def _join(*strategies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*strategies).map("".join)


def _pieces(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Parts of words."""
    simple = st.one_of(
        PLAIN,
        st.sampled_from(["''", '""', "'a b'", '"a b"', "\\*", "\\ ", "*", "?", "[a-c]", "~", "{a,b}", "{1..3}", "+(a|b)", "!(*.c)"]),
        st.sampled_from(["$x", "${x}", "$1", "$@", "${#x}", "${!x}", "${!x*}", "${!x[@]}", "${x[1]}", "${x[@]}", "$?", "${10}"]),
        st.sampled_from(["${x:-a}", "${x:=a b}", "${x:?}", "${x+'q}'}", "${x#*/}", "${x%%\"a\"}", "${x/a/b}", "${x//\\//_}"]),
        st.sampled_from(["${x:1}", "${x: -1:2}", "${x^^}", "${x,,[a-z]}", "${x@Q}", "$((1+2))", "$((x<y?1:2))", "$[1]", "`a b`"]),
        st.sampled_from(['"$x"', '"${x:-"y"}"', '"a\\"b"', '"$(a)"', '"`a`"', '"$((1))"', "\"it's\"", '"\\a\\$"']),
    )  # fmt: skip
    nested = st.one_of(
        _join(st.just("$("), commands, st.just(")")),
        _join(st.just('"$('), commands, st.just(')"')),
        _join(st.just("<("), commands, st.just(")")),
        _join(st.just("${x:-$("), commands, st.just(")}")),
    )
    return st.one_of(simple, simple, simple, nested)


def _words(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(_pieces(commands), min_size=1, max_size=3).map("".join)


def _commands(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One command of any kind, made from smaller lists of commands."""
    word = _words(inner)
    words = st.lists(word, min_size=0, max_size=3).map(" ".join)
    redirect = st.one_of(
        _join(st.sampled_from([">", ">>", "<", "2>", ">|", "<>", "&>", "&>>", "<<<", "{fd}>", "3<"]), st.just(" "), word),
        st.sampled_from([">&2", "2>&1", "<&-", "3>&-", "2>&1-", ">&$x"]),
    )
    redirects = st.lists(redirect, max_size=2).map(lambda found: "".join([f" {text}" for text in found]))
    assignment = st.one_of(
        _join(VARIABLES, st.sampled_from(["=", "+="]), word),
        _join(VARIABLES, st.just("["), st.sampled_from(["1", "$x", "i+1", "'k'"]), st.just("]="), word),
        _join(VARIABLES, st.just("=("), words, st.just(")")),
        st.sampled_from(["x=", "x=([1]=a [k]+=b)", "x=~/a:~"]),
    )
    simple = st.one_of(
        _join(NAMES, st.just(" "), words, redirects),
        _join(assignment, redirects),
        _join(assignment, st.just(" "), NAMES, st.just(" "), words),
        _join(st.just("declare "), assignment),
    )
    test = st.recursive(
        st.one_of(
            _join(st.sampled_from(["-f ", "-n ", "-v "]), word),
            _join(word, st.sampled_from([" == ", " != ", " = ", " < ", " -eq "]), word),
            _join(word, st.sampled_from([" =~ ^(a|b c)$", " =~ $x", " =~ 'a'.*"])),
        ),
        lambda tests: st.one_of(
            _join(tests, st.sampled_from([" && ", " || "]), tests),
            _join(st.just("( "), tests, st.just(" )")),
            _join(st.just("! "), tests),
        ),
        max_leaves=3,
    )
    item = _join(
        st.lists(word, min_size=1, max_size=2).map(" | ".join), st.just(") "), inner, st.sampled_from([" ;; ", " ;& ", " ;;& "])
    )
    compound = st.one_of(
        _join(st.just("{ "), inner, st.just("; }")),
        _join(st.just("( "), inner, st.just(" )")),
        _join(st.just("if "), inner, st.just("; then "), inner, st.just("; fi")),
        _join(st.just("if "), inner, st.just("\nthen\n"), inner, st.just("\nelse "), inner, st.just("; fi")),
        _join(st.sampled_from(["while ", "until "]), inner, st.just("; do "), inner, st.just("; done")),
        _join(st.just("for i in "), words, st.just("; do "), inner, st.just("; done")),
        _join(st.sampled_from(["for i; do ", "select i in a b; do ", "for ((i=0; i<3; i++)); do "]), inner, st.just("\ndone")),
        _join(st.just("case "), word, st.just(" in "), st.lists(item, max_size=2).map("".join), st.just(" esac")),
        _join(st.just("[[ "), test, st.just(" ]]")),
        st.sampled_from(["((x++))", "(( x < y && (z) ))"]),
    )
    function = _join(st.sampled_from(["f() ", "function g ", "function h () "]), st.just("{ "), inner, st.just("; }"))
    command = st.one_of(simple, simple, simple, _join(compound, redirects), function)
    pipeline = _join(
        st.sampled_from(["", "", "", "! ", "time ", "time -p "]),
        st.lists(command, min_size=1, max_size=2).map(" | ".join),
    )
    return st.lists(pipeline, min_size=1, max_size=2).flatmap(
        lambda found: st.sampled_from([" && ", " || ", "; ", "\n", " & "]).map(lambda joint: joint.join(found))
    )


SCRIPTS = st.recursive(st.sampled_from(["a", "b c", ": $x", "x=1"]), _commands, max_leaves=5)
"""Texts of scripts, each a list of commands without the last newline."""

TOKENS = st.lists(
    st.sampled_from(
        [
            *["a", "b", " ", " ", " ", "\n", ";", "&", "&&", "||", "|", "(", ")", "{ ", "}", " if ", " then ", " else "],
            *[" elif ", " fi", " while ", " do ", " done", " for x in ", " case x in ", " esac", ";;", "!", " time ", '"'],
            *["'", "`", "$", "$(", "${", "}", "$((", "))", "((", "x=", "x=(", "[", "<", ">", ">>", "<<E\n", "E\n", "2>"],
            *["&>", "\\", "\\\n", "#", " function ", "f()", " in ", "$x", '"$x"', "*", "@(", "<(", "a b", "{ a;}", "( b )"],
            *["if a;then b;fi", "${x:-", "${x#", "]", "+=", ";&", "|&", ">&", "-", "1", "~", "="],
        ]
    ),
    min_size=1,
    max_size=14,
).map("".join)
"""Texts of tokens in any order: mostly no scripts."""
