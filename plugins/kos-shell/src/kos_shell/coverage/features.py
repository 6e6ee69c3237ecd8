"""What no table of the shell lists: its grammar, expansions and redirections. Each with a script, and what it prints.

A feature that is supported prints the same in bash; one that isn't is refused, with `says` in the message.
"""

from __future__ import annotations

from typing import NamedTuple


class Feature(NamedTuple):
    """One feature. posix: POSIX has it, too. says: empty if it is supported; else the message that its use gives."""

    section: str
    name: str
    script: str
    output: str
    posix: bool = False
    says: str = ""


def _posix(section: str, *features: tuple[str, str, str]) -> tuple[Feature, ...]:
    return tuple([Feature(section, *feature, posix=True) for feature in features])


def _bash(section: str, *features: tuple[str, str, str]) -> tuple[Feature, ...]:
    return tuple([Feature(section, *feature) for feature in features])


FEATURES: tuple[Feature, ...] = (
    *_posix(
        "grammar",
        ("simple commands, assignments before them", "x=1 sh -c 'echo $x'", "1\n"),
        ("pipelines, !", "! echo a | grep -q b && echo yes", "yes\n"),
        ("lists: ; & && ||", "true && echo a || echo b; wait", "a\n"),
        ("{ } and ( )", "x=1; { x=2; }; (x=3); echo $x", "2\n"),
        ("if, elif, else", "if false; then echo a; elif true; then echo b; else echo c; fi", "b\n"),
        ("for, with and without in", "set -- a b; for x; do echo $x; done; for y in c; do echo $y; done", "a\nb\nc\n"),
        ("while and until", "x=; until [ $x ]; do x=1; done; while [ $x ]; do x=; echo w; done", "w\n"),
        ("case with ;;", "case abc in x|a*) echo yes;; *) echo no;; esac", "yes\n"),
        ("functions: name() body", "f() { echo $1; }; f a", "a\n"),
        ("comments, line continuation", "echo a \\\nb # c", "a b\n"),
        ("aliases", "shopt -s expand_aliases 2>/dev/null\nalias hi='echo hello'\nhi", "hello\n"),
    ),
    *_bash(
        "grammar",
        ("function name body", "function f { echo $1; }; f a", "a\n"),
        ("for (( ; ; ))", "for ((i=0; i<2; i++)); do echo $i; done", "0\n1\n"),
        ("select", "select x in a b; do echo $x; break; done <<< 2 2>/dev/null", "b\n"),
        ("case with ;& and ;;&", "case a in a) echo 1;& b) echo 2;;& *) echo 3;; esac", "1\n2\n3\n"),
        ("[[ ]] with patterns and =~", "[[ abc == a* && abc =~ (b)c ]] && echo ${BASH_REMATCH[1]}", "b\n"),
        ("(( ))", "(( 2 > 1 )) && echo yes", "yes\n"),
        ("coproc", "coproc cat; echo hi >&${COPROC[1]}; read x <&${COPROC[0]}; echo $x", "hi\n"),
        ("time", "TIMEFORMAT=t; { time true; } 2>&1", "t\n"),
        ("|&", "{ echo a >&2; } |& cat", "a\n"),
        ("arrays", "a=(x y); a[3]=z; echo ${a[@]} ${#a[@]} ${!a[@]}", "x y z 3 0 1 3\n"),
        ("associative arrays", "declare -A a=([k]=v); a[j]+=w; echo ${a[k]} ${a[j]}", "v w\n"),
        ("name references", "declare -n r=x; r=5; echo $x", "5\n"),
        ("+=", "x=a; x+=b; echo $x", "ab\n"),
    ),
    *_posix(
        "quoting and expansions",
        ("'..', \"..\", backslash", "x=1; echo 'a $x' \"b $x\" c\\ d", "a $x b 1 c d\n"),
        ("tilde", "HOME=/h; echo ~ ~/x", "/h /h/x\n"),
        ("$x ${x}", "x=1; echo $x${x}2", "112\n"),
        ("${x:-w} ${x:=w} ${x:?w} ${x:+w}, with and without colon", "echo ${a-1} ${b:=2} $b ${b+3}", "1 2 2 3\n"),
        ("${#x}", "x=abc; echo ${#x}", "3\n"),
        ("${x#p} ${x##p} ${x%p} ${x%%p}", "x=a.b.c; echo ${x#*.} ${x##*.} ${x%.*} ${x%%.*}", "b.c c a.b a\n"),
        ("$(command) and `command`", "echo $(echo a) `echo b`", "a b\n"),
        ("$((expression))", "echo $((1 + 2 * 3))", "7\n"),
        ("field splitting by IFS", "IFS=:; x=a:b; printf '<%s>' $x", "<a><b>"),
        ("pathname expansion: * ? [ ]", "cd /; set -- et[c]; echo $1", "etc\n"),
        ("special parameters: @ * # ? - $ ! 0", "set -- a b; echo $# $* $?; [ $$ ] && echo ok", "2 a b 0\nok\n"),
    ),
    *_bash(
        "quoting and expansions",
        ("$'..'", "echo $'a\\tb\\x41\\u00e9'", "a\tbA\u00e9\n"),
        ('$".."', 'echo $"a"', "a\n"),
        ("{a,b} and {1..3}", "echo {a,b}{1..3}", "a1 a2 a3 b1 b2 b3\n"),
        ("{a..e..2} and {01..03}", "echo {a..e..2} {01..03}", "a c e 01 02 03\n"),
        (
            "${x/p/r} ${x//p/r} ${x/#p/r} ${x/%p/r}",
            "x=aba; echo ${x/a/c} ${x//a/c} ${x/#a/c} ${x/%a/c}",
            "cba cbc cba abc\n",
        ),
        ("${x:offset:length}", "x=abcde; echo ${x:1:2} ${x: -2}", "bc de\n"),
        (
            "${x^} ${x^^} ${x,} ${x,,} ${x~} ${x~~}",
            "x=aB; echo ${x^} ${x^^} ${x,} ${x,,} ${x~} ${x~~}",
            "AB AB aB ab AB Ab\n",
        ),
        ("${!x} ${!prefix*} ${!a[@]}", "xy=1; x=xy; echo ${!x} ${!xy*}", "1 xy\n"),
        ("<(command) and >(command)", "cat <(echo a)", "a\n"),
        ("$[expression]", "echo $[1+2]", "3\n"),
        ("extended patterns ?() *() +() @() !()", "shopt -s extglob; x=aab; echo ${x##+(a)}", "b\n"),
        ("** with globstar", "shopt -s globstar; cd /etc; set -- **; [ $# -gt 1 ] && echo ok", "ok\n"),
        ("~+ and ~-", "cd /; cd /etc; echo ~+ ~-", "/etc /\n"),
        ("arithmetic: assignments, ++, ?:, comma, **, base#n", "echo $((x = 2, x++, x ** 2 + 16#f ? x : 0))", "3\n"),
    ),
    *_posix(
        "redirections",
        ("< > >> <>", "cd /tmp; echo a > f; echo b >> f; cat < f 1<> /dev/null; cat f", "a\nb\n"),
        (">| and set -C", "cd /tmp; : > g; set -C; echo a >| g; cat g", "a\n"),
        ("n> n< n>&m n<&m n>&-", "{ echo a >&3; } 3>&1; exec 4</dev/null 4<&-", "a\n"),
        ("<< and <<-", "cat <<x; cat <<-'y'\na$((1))\nx\n\tb$1\n\ty", "a1\nb$1\n"),
    ),
    *_bash(
        "redirections",
        ("<<<", "cat <<< a", "a\n"),
        ("&> &>> >&word", "cd /tmp; { echo a; echo b >&2; } &> f; echo c &>> f; cat f", "a\nb\nc\n"),
        ("{var}>file", "exec {fd}>/dev/null; [ $fd -ge 10 ] && echo ok", "ok\n"),
        ("n>&m-", "{ echo a >&4; } 3>&1 4>&3-", "a\n"),
        ("/dev/stdin, /dev/fd/n", "echo a | cat /dev/stdin; cat /dev/fd/3 3<<< b", "a\nb\n"),
    ),
    Feature("redirections", "/dev/tcp/host/port", "exec 3<>/dev/tcp/localhost/1", "", says="/dev/tcp"),
    Feature("redirections", "/dev/udp/host/port", "exec 3<>/dev/udp/localhost/1", "", says="/dev/udp"),
    Feature(
        "history", "the list of commands, HISTFILE", "set -o history; history -s a; history | tail -n 1 | wc -l", "1\n"
    ),
    Feature("history", "history expansion: !! !n ^a^b^", "set -H", "", says="histexpand"),
    Feature(
        "jobs",
        "job control: set -m, jobs, fg, bg, wait, disown",
        "set -m; sleep 0 & fg >/dev/null; echo $?",
        "0\n",
        True,
    ),
    Feature("traps", "signals, EXIT", "trap 'echo t' TERM EXIT; kill $$", "t\nt\n", True),
    Feature("traps", "ERR, DEBUG, RETURN", "trap 'echo e' ERR; false; trap 'echo d' DEBUG; :", "e\nd\n"),
)
