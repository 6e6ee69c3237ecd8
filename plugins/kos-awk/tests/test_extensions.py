"""What gawk has beyond POSIX: program, input, options, and what must come out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_kernel import Machine

CASES: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "gensub": (r'{print gensub(/(.)(.)/, "<\\2\\1>", "g"); print gensub(/a/, "[&]", 2)}', "abab\n", (), "<ba><ba>\nab[a]b\n"),
    "match with an array": (
        'BEGIN{print match("foobar", /(o+)(b)?/, m); print m[0], m[1], m[2], m[1,"start"], m[1,"length"]}',
        "",
        (),
        "2\noob oo b 2 2\n",
    ),
    "split with separators": (
        'BEGIN{n=split("a1b22c", x, /[0-9]+/, s); print n, x[2], s[1], s[2]; n=split(" a  b ",y," ",t); print n, "<" t[0] "><" t[1] ">"}',
        "",
        (),
        "3 b 1 22\n2 < ><  >\n",
    ),
    "patsplit": ('BEGIN{n=patsplit("a1b22c", x, /[0-9]+/, s); print n, x[1], x[2], s[0], s[2]}', "", (), "2 1 22 a c\n"),
    "FPAT": (r'BEGIN{FPAT="([^,]+)|(\"[^\"]+\")"} {print NF, $2}', 'a,"b,c",d\n', (), '3 "b,c"\n'),
    "FIELDWIDTHS": ('BEGIN{FIELDWIDTHS="2 1:3 *"} {print NF; print $1 "|" $2 "|" $3}', "abXcdefgh\n", (), "3\nab|cde|fgh\n"),
    "RT and a pattern as RS": ('BEGIN{RS="[0-9]+"} {print $0 "|" RT}', "a12b3c\n", (), "a|12\nb|3\nc\n|\n"),
    "paragraphs with FS": ('BEGIN{RS="";FS=":"} {print NF, $2}', "a b\nc:d\n\ne\n", (), "3 c\n1 \n"),
    "IGNORECASE": ('BEGIN{IGNORECASE=1} /abc/ {print "yes"} $1=="ABC"{print "no"}', "xABCx\n", (), "yes\n"),
    "arrays of arrays": (
        'BEGIN{a[1][2]="x"; a[1][3]=5; for(i in a[1]) print i, a[1][i]; print isarray(a[1]), isarray(a[1][2]), length(a[1]); '
        "delete a[1][2]; print length(a[1])}",
        "",
        (),
        "2 x\n3 5\n1 0 2\n1\n",
    ),
    "typeof": ('{print typeof($1), typeof($2), typeof(x), typeof(1), typeof("a"), typeof(@/x/), typeof(y[1]); y[1]}', "1 a\n", (),
               "strnum string untyped number string regexp untyped\n"),
    "sorting": (
        'BEGIN{a["x"]=3;a["y"]=1;a["z"]=2; n=asort(a,b); print n, b[1], b[2], b[3]; n=asorti(a,c); print n, c[1], c[3]; '
        'n=asort(a,d,"@val_num_desc"); print d[1]}',
        "",
        (),
        "3 1 2 3\n3 x z\n3\n",
    ),
    "sorted_in": (
        'BEGIN{a[10]="c";a[9]="a";a[2]="b"; PROCINFO["sorted_in"]="@ind_num_asc"; for(i in a) printf "%s ", i; '
        'PROCINFO["sorted_in"]="@val_str_desc"; for(i in a) printf "%s ", i; PROCINFO["sorted_in"]="by"; '
        'for(i in a) printf "%s ", i; print ""} function by(i1,v1,i2,v2){return i2-i1}',
        "",
        (),
        "2 9 10 10 2 9 10 9 2 \n",
    ),
    "bits": (
        "BEGIN{print and(12,10), or(12,10), xor(12,10), lshift(1,4), rshift(16,2), compl(0)}", "", (), "8 14 6 16 4 9007199254740991\n"),
    "intdiv": ("BEGIN{print intdiv(-17, 5, r), r[\"quotient\"], r[\"remainder\"]}", "", (), "0 -3 -2\n"),
    "IGNORECASE from outside": ('/abc/ {print "yes"} $1 == "abc"', "ABC\n", ("-v", "IGNORECASE=1"), "yes\nABC\n"),
    "IGNORECASE from outside counts for substitutions": ('{gsub(/b/, "<&>"); print}', "ABC\n", ("-v", "IGNORECASE=1"), "A<B>C\n"),
    "IGNORECASE in comparisons": (
        'BEGIN{IGNORECASE=1; x = "ABC"; print (x == "abc"), (x < "abd"), ("b" > "A"); IGNORECASE=0; print (x == "abc")}', "", (),
        "1 1 1\n0\n"),
    "a step of a field of a field": ("{a = 1; x = $$a++++; print x; print}", "2 3 4\n", (), "3\n3 4 4\n"),
    "substr of a variable length": (
        'BEGIN{n = 2; i = 3; a[i]; s = "abcdef"; '
        'print substr(s, 1, n) "|" substr(s, i, n) "|" substr(s, i, 0) "|" substr(s, i - 4, 5)}',
        "", (), "ab|cd||abc\n"),
    "counters are numbers like others": (
        'function f(s,  j) { j = j + 1; return s j } BEGIN{ print i, i + 0, typeof(i); a[i]; for (k in a) print "<" k ">"; i++; a[i]; '
        'print f("x"), typeof(i), i / 4, -i, (i == 1), (i < "2"), i "", i++ + ++i, i % 2, (1 - 3) % 2; $3 = i; print $i, i; i -= 5; '
        'print i % 3, substr("abc", i), substr("abc", i, 4); b[i--] = 1; for (k in b) print k }',
        "", (), " 0 untyped\n<>\nx1 number 0.25 -1 1 1 1 4 1 0\n3 3\n-2 abc a\n-2\n"),
    "what match left is seen after lines without one": (
        "match($0, /b/) {n++} END{print n, RSTART}", "ab\nx\n", (), "1 0\n"),
    "what match left is seen by the next line": (
        "RSTART {print NR} match($0, /b/) {n++}", "ab\nx\nb\nb\n", (), "2\n4\n"),
    "a match and a pattern": ("match($0, /b/) && /c/ {print RSTART}", "ab\nabc\nx\ncb\n", (), "2\n2\n"),
    "strtonum": ('BEGIN{print strtonum("0x1F"), strtonum("017"), strtonum("12abc"), 0x10, 011}', "", (), "31 15 12 16 9\n"),
    "switch": (
        'function f(x){switch(x){case 1: print "one"; break; case /^a/: print "a.."; case "z": print "fell"; break; default: print "def"}}'
        'BEGIN{f(1); f("abc"); f("q"); for(i=0;i<3;i++){switch(i){case 1: continue} print i}}',
        "",
        (),
        "one\na..\nfell\ndef\n0\n2\n",
    ),
    "an indirect call": (
        'function f(x){return x*2} function g(x){return x+1} BEGIN{n="f"; print @n(4); n="g"; print @n(4)}', "", (), "8\n5\n"),
    "a coprocess": (
        'BEGIN{c="sort"; print "b\\na" |& c; close(c,"to"); while((c |& getline l)>0) print l; print close(c)}', "", (), "a\nb\n0\n"),
    "words": (
        r'BEGIN{s="cat concat cat"; gsub(/\ycat\y/,"X",s); print s; '
        r'print "a_b" ~ /^\w+$/, "a b" ~ /\s/, "ab" ~ /\Bb/, "x" ~ /\<x\>/}', "", (),
              "X concat X\n1 1 1 1\n"),
    "strftime": (
        'BEGIN{print strftime("%Y-%m-%d %H:%M:%S %a %j", 86400*365, 1); print mktime("1971 01 01 00 00 00")}', "", (),
              "1971-01-01 00:00:00 Fri 001\n31536000\n"),
    "numbers": ('BEGIN{print 2^53, 1e20, log(0), -log(0), 1e300*1e300; printf "%d %s %x %a\\n", 2^31, 2^31, 255, 1.5}', "", (),
                "9007199254740992 100000000000000000000 -inf +inf +inf\n2147483648 2147483648 ff 0x1.8p+0\n"),
    "formats": (
        r'BEGIN{printf "%2$s %1$s|", "a", "b"; '
        r'printf "%-6d|%06.2f|%.3s|%5c|%i|%+.2e|%#o|%5%|\n", 3, 3.14159, "abcdef", "xyz", 3.9, 12345, 8}', "", (),
                "b a|3     |003.14|abc|    x|3|+1.23e+04|010|%|\n"),
    "characters": (
        '{print length($0), substr($0,2,2), index($0,"b"), toupper($0); printf "%3s|%c\\n", "é", 233}', "éab\n", (), "3 ab 3 ÉAB\n  é|é\n"),
    "a pipe into getline binds tighter than a sum": ('BEGIN{a = ("echo A" | getline x + 1); print a, x}', "", (), "2 A\n"),
    "nextfile": ("{print; nextfile}", "a\nb\n", (), "a\n"),
    "--posix has no hexadecimal numbers": ("BEGIN{x11 = 5; print 0x11}", "", ("-P",), "05\n"),
    "hexadecimal numbers": ("BEGIN{x11 = 5; print 0x11}", "", (), "17\n"),
    "--posix": ("BEGIN{print 011, 1}", "", ("-P",), "11 1\n"),
    "-F t": ("{print $2}", "a\tb\n", ("-Ft",), "b\n"),
    "assignment by -v": ('BEGIN{print v, v+1}', "", ("-v", "v=1\\n2"), "1\n2 2\n"),
    "a number in -v compares as one": ("BEGIN{print (v<9)}", "", ("-v", "v=10"), "0\n"),
    "invalid UTF-8": ("{print length($0), toupper($0)}", "\udcffa\n", (), "2 \udcffA\n"),
    "next within a function": ("function g(){next} NR==1{g()} {print}", "a\nb\n", (), "b\n"),
    "carriage returns are no blanks": ("{print NF, length($1)}", "a\rb c\n", (), "2 3\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_extensions_of_gawk(name: str, awk: Callable[..., str]) -> None:
    program, stdin, options, wanted = CASES[name]
    assert awk(program, stdin, *options) == wanted


def test_characters_are_bytes_in_the_c_locale(awk: Callable[..., str]) -> None:
    assert awk('{print length($0), index($0, "b")}', "éb\n", utf8=False) == "3 3\n"


def test_beginfile_sees_a_file_that_cannot_be_opened(machine: Machine) -> None:
    done = machine.run(
        "cd /tmp; echo x >f1; awk 'BEGINFILE{if (ERRNO) {print FILENAME, ERRNO; nextfile}} {print} ENDFILE{print FNR}' gone f1"
    )
    assert done.text == "gone No such file or directory\nx\n1\n"


def test_a_file_and_a_command_of_one_name_are_two(machine: Machine) -> None:
    program = (
        '"echo x" | getline a; getline b < "echo x"; "echo x" | getline c; print a "|" b "|" c "|" close("echo x")'
    )
    done = machine.run(f"cd /tmp; echo in the file >'echo x'; awk 'BEGIN{{{program}}}'")
    assert done.text == "x|in the file||0\n"
