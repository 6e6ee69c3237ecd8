"""The second tier: a loop does the same as closures and as a function, at the same price; what it can't do it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.testing import run_main
from kos_shell.compile.compiler import Compiler
from kos_shell.hot.region import compile_loop
from kos_shell.hot.writer import Unsupported
from kos_shell.shell import Shell
from kos_shell.syntax import tree
from kos_shell.syntax.parser import parse

# What becomes a function. Each is run as closures, as a function from the first round, and as one from the 400th.
LOOPS = {
    "while [ ]": "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo $i",
    "until": "i=0; until [ $i -ge 999 ]; do ((i++)); done; echo $i",
    "while (( ))": "i=5; while ((i--)); do s+=$i; done; echo $s $i",
    "while [[ ]]": "i=0; while [[ $i -lt 900 && $i != 7x* ]]; do i=$((i+3)); done; echo $i",
    "for (( ))": "for ((i=0, j=9; i<j; i++, j--)); do s=$s$i$j; done; echo $s $i $j",
    "for without a test": "for ((i=0;;i++)); do if ((i > 700)); then break; fi; done; echo $i $?",
    "for in words": 'for x in a b \'\' \'c d\'; do s="$s<$x>"; done; echo "$s" "$x"',
    "for in numbers": "for n in {1..800}; do ((t+=n)); done; echo $t $n",
    "for in arguments": 'set -- x \'y z\' 3; for a; do s+="[$a]$#$2"; done; echo "$s"',
    "for of nothing": "for a in $none; do x=never; done; echo $? $x",
    "nested": "for ((i=0;i<30;i++)); do for ((j=0;j<i;j++)); do ((c+=i*j)); done; done; echo $c $i $j",
    "nested in words": "for a in x y; do for b in 1 2 3; do s+=$a$b,; done; done; echo $s",
    "break": "for ((i=0;i<9;i++)); do ((i==4)) && break; done; echo $i $?",
    "continue": "for ((i=0;i<9;i++)); do if [ $i = 4 ]; then continue; fi; s+=$i; done; echo $s $?",
    "continue in while": "i=0; while [ $i -lt 500 ]; do i=$((i+1)); ((i%2)) && continue; e=$((e+1)); done; echo $e $i",
    "break out of an inner loop": "for a in 1 2 3; do for b in 1 2 3; do [ $b = 2 ] && break; s+=$a$b; done; done; echo $s",
    "if elif else": "for ((i=0;i<6;i++)); do if ((i<2)); then s+=a; elif ((i<4)); then s+=b; else s+=c; fi; done; echo $s",
    "case": "for w in abc x12 y 7; do case $w in a*) s+=1 ;; [xy]?*) s+=2 ;; 'y'|z) s+=3 ;; *) s+=4 ;; esac; done; echo $s",
    "and or": "for ((i=0;i<5;i++)); do ((i&1)) && o+=$i || e+=$i; done; echo $o $e",
    "negated": "i=0; while ! [ $i -eq 400 ]; do :; i=$((i+1)); done; echo $i",
    "statuses": "for ((i=0;i<4;i++)); do ((i%2)); s+=$?; [ $i = 3 ]; s+=$?; done; echo $s $?",
    "status of the loop": "for ((i=0;i<4;i++)); do [ $i = 9 ]; done; echo $?; while false; do :; done; echo $?",
    "operators": "for ((i=-3;i<4;i++)); do s+=$((i*7/2)),$((i%3)),$((i<<2)),$((i>>1)),$((~i)),$((!i)),$((i**2)),$((i?1:2)); done; echo $s",
    "assignments": "x=3; for ((i=0;i<3;i++)); do ((x+=i, x*=2, x-=1)); y=$((z=x^5)); done; echo $x $y $z",
    "64 bits": "x=9223372036854775806; for ((i=0;i<3;i++)); do ((x++)); s+=$x,$((x*3)),$((-x)); done; echo $s",
    "arrays": "a=(5 6 7); for ((i=0;i<600;i++)); do a[i]=$((a[i%3]+i)); ((a[1]++)); done; echo ${a[0]} ${a[1]} ${a[599]} ${#a[@]}",
    "array of words": 'a=(); for ((i=0;i<500;i++)); do a+=($i "x $i"); n=${#a[@]}; l=${a[i]}; done; echo $n $l ${a[-1]}',
    "sparse and negative": "a=([5]=x [9]=y); for ((i=0;i<4;i++)); do s+=${a[i*3]}${a[-1]}; a[-1]=z$i; done; echo $s ${!a[@]} ${a[9]}",
    "appending to an element": "a=(x y); for ((i=0;i<5;i++)); do a[i%2]+=$i; done; echo ${a[@]}",
    "lengths and slices": "x=abcdefgh; for ((i=0;i<8;i++)); do s+=${#x}${x:i:2}${x: -3}${x:i}; done; echo $s",
    "trims": 'for p in a/b/c.d x.y plain; do s+="${p%.*} ${p%%/*} ${p#*/} ${p##*[/.]};"; done; echo "$s"',
    "replacements": 'for p in banana cabana; do s+="${p/a/o} ${p//an/[&]} ${p/#b/-} ${p/%a} ${p^} ${p^^} ${p,,[BA]};"; done; echo "$s"',
    "defaults": "for ((i=0;i<3;i++)); do s+=${u:-d}${u-e}${i:+f}${e:+g}; ((i)) && u=set$i; done; echo $s",
    "unset to set": "for ((i=0;i<5;i++)); do ((i==3)) && found=$i; n=$((n+1)); done; echo $found $n",
    "kinds that change": "x=1; for i in 0 1 2 3; do if ((i%2)); then x=w$i; else x=$i; fi; y=$x; [[ $y == w* ]] && s+=$y; done; echo $s $x",
    "quoted tests": 'x=\'a b\'; for i in 1 2; do [ "$x" = \'a b\' ] && s+=1; [ -n "$x" ] && s+=2; [ -z "$none" ] && s+=3; done; echo $s',
    "locals of a function": "f() { local i n=0; for ((i=0;i<$1;i++)); do n=$((n+i)); done; echo $n; }; i=x; f 500; f 3; echo $i",
    "in a subshell": "a=(1 2); x=$(for ((i=0;i<500;i++)); do a[0]=$i; done; echo ${a[0]}); echo $x ${a[0]}",
    "a number as text": "x=5; for ((i=0;i<4;i++)); do y=$x; x=${y}1; z=$((x+1)); done; echo $x $z",
    "printf -v": 'for ((i=0;i<600;i++)); do printf -v x \'%05d|%s|%-4s|%x\' $((i-300)) "w$i" "$i" $i; s+=$x; done; echo $s',
    "printf -v of texts": 'for w in a bc é " "; do printf -v x "<%4s%s>" "$w" "$w"; s+=$x; done; echo "$s" $x',
    "numbers from text": "for n in 1 20 -3 0; do t=$((t+n)); [ $n -gt 0 ] && p+=$n; done; echo $t $p",
}

# Where the function must leave in the middle of a round, and nothing may be lost or done twice.
LEAVING = {
    "an octal number": "for n in 1 2 010 4; do c=$((c+1)); t=$((t+n)); done; echo $c $t",
    "a wrong number": "for n in 1 2 09 4; do c=$((c+1)); t=$((t+n)); done; echo $c $t; echo after",
    "a name as a value": "x=y; y=41; for ((i=0;i<3;i++)); do ((c++)); z=$((x+1)); done; echo $c $z",
    "division by zero": "for ((i=3;i>-2;i--)); do c=$((c+1)); d+=$((6/i)),; done; echo $c $d $i",
    "in arrays": "a=(1 2); for ((i=0;i<5;i++)); do a[i]=$i; ((a[0]++)); b=$((1/(3-i))); done; echo ${a[@]} $b $i",
    "a word that splits": "x='a b'; for ((i=0;i<3;i++)); do c=$((c+1)); [ $x = a ]; s+=$?; done; echo $c $s",
    "an empty operand": "e=; for ((i=0;i<3;i++)); do c=$((c+1)); [ $e -lt 3 ]; s+=$?; done; echo $c $s",
    "set -e": "set -e; for ((i=0;i<5;i++)); do echo_me=$i; ((i<3)); done; echo never",
    "set -u": "set -u; for ((i=0;i<3;i++)); do x=$i; done; echo $x; for ((i=0;i<3;i++)); do y=$nope; done; echo never",
    "set -x": "for ((i=0;i<2;i++)); do x=$i; done; set -x; for ((i=0;i<2;i++)); do x=$i; done",
    "a readonly variable": "readonly r=1; for ((i=0;i<3;i++)); do c=$i; r=2; done; echo $c",
    "an integer variable": "declare -i n; for ((i=0;i<3;i++)); do n=n+2; done; echo $n",
    "IFS of digits": 'IFS=1; for ((i=9;i<13;i++)); do [ $i -gt 10 ] && s+=$i; done; echo "$s"',
    "a function called [": "[() { return 1; }; i=0; while [ $i -lt 5 ]; do i=$((i+1)); done; echo $i",
    "nocasematch": "shopt -s nocasematch; for w in A b; do [[ $w == a ]] && s+=$w; case $w in B) s+=2 ;; esac; done; echo $s",
    "a large text": "x=ab; for ((i=0;i<18;i++)); do x=$x$x; done; echo ${#x}",
    "a slice before the start": "x=abc; for ((i=0;i<4;i++)); do c=$((c+1)); s=${x:0:-i}; done; echo $c $s",
    "a subscript before the first": "a=(1); for ((i=0;i<3;i++)); do c=$((c+1)); a[-2]=x; done; echo $c ${a[@]}",
}


@pytest.fixture(scope="module")
def machine() -> Any:
    with Machine(seed=1, clock="virtual") as made:
        yield made


def outcome(machine: Machine, jit: str, script: str) -> tuple[bytes, bytes, int, int]:
    with machine.fork() as fresh:
        result = fresh.exec(["bash", f"--jit={jit}", "-c", script])
        return result.stdout, result.stderr, result.status, result.usage.utime_ns


@pytest.mark.parametrize("title", LOOPS)
def test_a_loop_does_the_same_in_both_tiers_at_the_same_price(machine: Machine, title: str) -> None:
    script = LOOPS[title]
    closures = outcome(machine, "off", script)
    assert outcome(machine, "always", script) == closures
    assert outcome(machine, "hot", script) == closures
    assert closures[2] == 0 and closures[1] == b""


@pytest.mark.parametrize("title", LEAVING)
def test_what_a_function_cant_do_it_leaves_to_the_closures(machine: Machine, title: str) -> None:
    script = LEAVING[title]
    assert outcome(machine, "always", script)[:3] == outcome(machine, "off", script)[:3]
    far = script.replace("i<3;", "i<1500;").replace("i<5;", "i<1500;")
    assert outcome(machine, "hot", far)[:3] == outcome(machine, "off", far)[:3]


HOSTILE = [
    "'",
    '"',
    "\\",
    "\\n",
    "#COPIES",
    "{sh}",
    "%s",
    "'\"'",
    "\n\nraise SystemExit",
    "); x = (",
    "é\udce9",
    "\u2028",
    "status",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_script_are_texts_in_its_functions(machine: Machine, text: str) -> None:
    quoted = "$'" + "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "surrogateescape")) + "'"
    script = f"""
        for w in {quoted} plain; do
            x={quoted}; y+=$x; a[n++]=$w{quoted}
            case $w in {quoted}*) s+=1 ;; esac; [[ $w == *{quoted} ]] && s+=2; [ "$w" = {quoted} ] && s+=3
            z=${{y//{quoted}/q}}; u=${{y#{quoted}}}
        done
        printf '%s|' "$x" "$y" "${{a[@]}}" "$s" "$z" "$u"
    """
    closures = outcome(machine, "off", script)
    assert closures[2] == 0 and text.encode("utf-8", "surrogateescape") in closures[0]
    assert outcome(machine, "always", script) == closures


@pytest.mark.parametrize(
    "name", ["sh", "V", "it", "st", "undo", "t1", "c0", "None", "import", "print", "__builtins__", "lambda"]
)
def test_a_variable_may_have_any_name_in_a_function(machine: Machine, name: str) -> None:
    script = (
        f"{name}=1; for ((i=0;i<5;i++)); do {name}=$(({name}*2)); b=${name}x; b=${{{name}}}x; done; echo ${name} $b"
    )
    assert outcome(machine, "always", script) == outcome(machine, "off", script)
    assert outcome(machine, "always", script)[0] == b"32 32x\n"


def test_a_trap_runs_while_a_loop_is_a_function(machine: Machine) -> None:
    script = """
        trap 'seen=$i; done=1' USR1
        (sleep 0.01; kill -USR1 $$) &
        for ((i=0; !done; i++)); do :; done
        wait; [ $seen -gt 100 ] && [ $i -lt $((seen + 50)) ] && echo soon
    """
    assert outcome(machine, "always", script)[:3] == (b"soon\n", b"", 0)
    assert outcome(machine, "off", script)[:3] == (b"soon\n", b"", 0)


def test_a_loop_that_never_ends_meets_its_limit_as_a_function(machine: Machine) -> None:
    assert machine.exec(["bash", "--jit=always", "-c", "ulimit -t 1; while :; do :; done"]).signal is not None


def test_other_processes_run_beside_a_function(machine: Machine) -> None:
    script = "for ((i=0;i<200000;i++)); do :; done & echo first; wait; echo last"
    assert outcome(machine, "always", script)[0] == b"first\nlast\n"


def test_the_switches_are_understood(machine: Machine) -> None:
    for option in ("--no-jit", "--jit=off", "--jit=hot", "--jit=always"):
        assert machine.exec(["bash", option, "-c", "echo ok"]).stdout == b"ok\n"
    assert machine.exec(["bash", "--jit=never", "-c", "echo ok"]).status == 2


def _compiled(machine: Machine, script: str) -> bool:
    """Tell whether the last command of a script becomes a function after what stands before it has run."""
    made = []

    def main(k: Any, argv: list[bytes]) -> int:
        sh = Shell(k)
        sh.start(k)
        *before, loop = parse(script).commands
        compiler = Compiler()
        for command in before:
            compiler.command(command)(sh)
        assert isinstance(loop, tree.While | tree.For | tree.ForArith)
        try:
            made.append(compile_loop(sh, compiler, loop, False, False))
        except Unsupported:
            pass
        return 0

    run_main(machine, main)
    return bool(made)


@pytest.mark.parametrize("title", [title for title in LOOPS if title not in ("in a subshell", "locals of a function")])
def test_these_loops_become_functions(machine: Machine, title: str) -> None:
    script = LOOPS[title]
    parts = script.split("; ")
    while parts and not script.startswith(("for", "while", "until")):  # what stands before the loop
        first, _, script = script.partition("; ")
        parts.append(first)
    before = LOOPS[title][: len(LOOPS[title]) - len(script)]
    assert _compiled(
        machine, before + script[: script.rindex("done") + 4].partition("done; echo")[0].removesuffix("done") + "done"
    )


@pytest.mark.parametrize(
    "loop",
    [
        "for ((i=0;i<3;i++)); do echo $i; done",
        "for ((i=0;i<3;i++)); do x=$(echo $i); done",
        "for x in 1 2; do for ((i=0;i<3;i++)); do x=$i; done >/dev/null; done",
        "for ((i=0;i<3;i++)); do f; done",
        "for x in *; do for y in $x; do z=$y; done; done",
        "while read x; do n=$x; done",
        "for ((i=0;i<3;i++)); do x=$RANDOM; done",
        "for ((i=0;i<3;i++)); do [ -f $i ]; done",
        "for ((i=0;i<3;i++)); do IFS=$i; done",
    ],
)
def test_these_loops_stay_with_the_closures(machine: Machine, loop: str) -> None:
    assert not _compiled(machine, loop)
