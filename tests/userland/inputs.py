"""The named inputs of the cases: each is a file of that name in the folder that a case runs in.

Made here, by rule, so that they are the same everywhere; a case file names those that its lines are tried with.
"""

from __future__ import annotations


def made() -> dict[str, bytes]:
    """Return every input by its name."""
    return PLAIN | _generated()


PLAIN = {
    "empty": b"",
    "newline": b"\n",
    "unended": b"first\nsecond\nno newline",
    "blanks": b"   \n\t\n \t \n\n  \t",
    "gaps": b"\n\n\none\n\n\n\ntwo\n\n",
    "words": b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n",
    "text": b"The quick  brown fox. It jumps over\nthe lazy dog!  Then (it rests)\n\n  Indented by two, and\n"
    b"  so is this.\n\n\tA tab begins this line.\nLast one\n",
    "csv": b"id,name,qty\n1,apple,10\n2,pear,\n,,\n3,fig,30,extra\nnone\n",
    "tabs": b"a\tb\tc\n1\t22\t333\n\t\t\nnone\nx\t\ty\n  a\tb  \tc\n",
    "crlf": b"alpha\r\nbeta,2\r\n\r\ngamma\rdelta\r\n",
    "nuls": b"a\0b,c\nd\0\0e\n\0\nlast\0",
    "records": b"one,1\0two,2\0\0three,3\0one,1\0",
    "broken": b"caf\xe9,1\n\xff\xfe,2\nok,3\n\xc3\n\x80\x80,\xe2\x82\n",
    "utf8": "caf\u00e9,na\u00efve\n\u65e5\u672c\u8a9e,\u00a0x\n\U0001f600 smile\ncombining e\u0301\nZ\u00fcrich,\u00df\n".encode(),
    "control": b"a\bb\x07c\n\x1b[1mbold\x1b[0m\nform\x0cfeed\nvertical\x0btab\ndel\x7f\r\n\x01\x02\x03\n",
    "every": bytes(range(256)),
    "numbers": b"10\n9\n-1\n+5\n0x1F\n1e3\n1.5\n.5\n-.5e2\n007\n\n1,000\n2K\n1M\n3G\nnan\ninf\n-inf\n 12\n12abc\n99999999999999999999999\n"
    b"-99999999999999999999999\n9223372036854775807\n9223372036854775808\n18446744073709551616\n1.0000000000000000001\n0\n-0\n",
    "sizes": b"1 512 a\n2 2048 b\n3 1048576 c\n4 -5000 d\n5 0 e\n6 999999999999 f\n",
    "dups": b"b 2 x\na 1 y\nb 2 z\nB 2 x\na 10 y\n\na 1 y\nb 2 x\nA 1 Y\n",
    "runs": b"a\na\nb\nc\nc\nc\nA\n\n\na\n",
    "left": b"1 a x\n2 b y\n2 bb yy\n4 d\n5 e w v\n",
    "right": b"1 A\n2 B\n2 BB\n3 C\n5 E F\n6\n",
    "versions": b"v1.10\nv1.9\nv1.2.3-rc1\nv1.2.3\nv1.2.3~beta\nfile10.txt\nfile9.txt\nfile1.tar.gz\n1.0.0\n1.0\n.hidden\n",
    "months": b"Mar 1\njan 2\nDEC 3\n  feb 4\nxyz 5\nSept 6\nAug\n",
    "log": b"2026-01-02 10:00:01 ERROR disk full [sda1]\n"
    b"2026-01-02 10:00:02 info started (pid=12)\n2026-01-03 11:22:33 WARN low memory: 5%\n"
    b"2026-01-03 11:22:34 Error retry failed; code=0x1f\n\n  at module.func(file.c:12)\nerror error ERROR\n",
    "code": b"/* head */\nint main(void)\n{\n\tint x = 1; // count\n\treturn x;\n}\n\nvoid other(char *p)\n{\n\t*p++ = 'c';\n}\n",
    "code2": b"/* head */\n#include <stdio.h>\nint main(void)\n{\n\tint x = 2; // count\n\n\treturn  x;\n}\n\nvoid other(char *P)\n{\n"
    b"\t*p++ = 'c';\n}\n/* end */",
    "code3": b"/* HEAD */\nint main(void)\n{\n\tint x = 1; // count\n\treturn x + 1;\n}\nvoid other(char *p)\n{\n\t*p++ = 'd';\n}\n",
    "pairs": b"a b\nb c\nd e\nc f\ne f\ng g\n",
    "loop": b"a b\nb c\nc a\nx y\n",
    "ones": b"1 1 1 1 1 1 1 1 1 1\n" * 3,
    "script": b"# a sed script\n1d\n/t/{\ns/t/T/g\n=\n}\n$a\\\nend\n",
    "patterns": b"one\nt.*e\n\nfox$\n",
    "words2": b"one\nTWO\nthree\n4\nfive\nsix\nseven\neight\nnine\nten\neleven\n",
}  # fmt: skip


def _generated() -> dict[str, bytes]:
    return {
        "long": b"x" * 30_000 + b" middle," + b"y" * 40_000 + b"\nshort\n",
        "fields": b",".join(b"f%d" % n for n in range(3_000)) + b"\n" + b",".join([b""] * 50) + b"\n",
        "hundred": b"".join(b"line %d of a hundred\n" % n for n in range(1, 101)),
        "mixed": b"".join(b"%d %s %x\n" % (n * 7919 % 1009, b"abcdefg"[n % 7 : n % 7 + 2], n * n) for n in range(300)),
        "same": b"yes\n" * 500,
        "zeros": bytes(1_000) + b"end" + bytes(100),
        "binary": bytes(n * n * 31 % 251 for n in range(4_000)),
    }
