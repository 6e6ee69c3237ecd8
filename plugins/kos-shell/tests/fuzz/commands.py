"""Commands: what scripts do with words, up to whole scripts.

`level` bounds how deep compound commands nest, `loops` says whether break and continue have something to end, `functions` whether
return and local do.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from .words import BRACES, GLOBS, Words, without_stars

PROLOGUE = [
    "x='a b'; y=foo.c; z=; i=1; p=x; q='a[1]'",
    "a=(one 'two three' '' f1); declare -A m=([k]=v ['k 2']='v w')",
    "declare -i n=3; declare -n r=y",
    "set -- p1 'p 2' ''",
    'f() { echo "f:$#:$1"; return ${2:-0}; }',
    "shopt -s extglob",
]
SETTINGS = [
    "IFS=:",
    "IFS=' '",
    "unset IFS",
    "IFS=",
    "IFS=' :'",
    "IFS=a",
    "set -f",
    "set +f",
    "set -u",
    "set +u",
    "set -e",
    "set +e",
]
SETTINGS += [
    "set -o pipefail",
    "set -E",
    "shopt -s nullglob",
    "shopt -s dotglob",
    "shopt -s nocasematch",
    "shopt -s lastpipe",
]
SETTINGS += [
    "shopt -u extglob",
    "set +o posix",
    "shopt -s inherit_errexit",
    "set -a",
    "shopt -s globstar",
]
TRAPS = [
    "trap 'echo exit $?' EXIT",
    "trap 'echo err $?' ERR",
    "trap - EXIT",
    "trap - ERR",
    "trap 'echo \"<$x>\"; exit 4' EXIT",
]
TRAPS += [
    "trap 'echo usr' USR1; kill -USR1 $BASHPID",
    "trap 'echo ret' RETURN",
    "trap 'x=trap' ERR",
    "(trap 'echo sub $?' EXIT; exit 2)",
]
FILTERS = [
    "cat",
    "tr a b",
    "sort",
    "wc -l",
    "sed s/a/b/",
    "grep a",
    "sort -u",
    "tr -d '\\n'",
    "grep -c .",
    "sed -n 1p",
    "cat -n",
]
FORMATS = [
    "%s\\n",
    "%d\\n",
    "%5s|%-5s|\\n",
    "%03d %x\\n",
    "%q\\n",
    "%b\\n",
    "%c%c\\n",
    "%.2s|\\n",
    "%s %s %s\\n",
    "%%\\n",
    "%o\\n",
]
FORMATS += [
    "%e\\n",
    "%.2f\\n",
    "%u\\n",
    "%+d\\n",
    "a\\tb\\x41\\n",
    "%g\\n",
    "%i:%X\\n",
    "%#o\\n",
    "% d\\n",
    "%5.1s|\\n",
    "%Q\\n",
    "%(%Y)T\\n",
]


class Commands(Words):
    """Draws commands."""

    def __init__(self, below: Callable[[int], int]) -> None:
        super().__init__(below)
        self.level = self.loops = self.functions = self.loops_in_pipes = self.captures = 0

    def script(self) -> list[str]:
        """Return the statements of a script."""
        return [*PROLOGUE, *self.some(self.statement, 1, 6), 'echo "end $?"']

    def statement(self) -> str:
        """Return one command."""
        if self.level > 2 or self.below(5) < 3:
            return self.call(
                self.show,
                self.show,
                self.assign,
                self.assign,
                self.array,
                self.setting,
                self.trap,
                self.read,
                self.printf,
                self.test,
                self.arith_command,
                self.redirected,
                self.declare,
                self.jump,
            )
        self.level += 1
        try:
            return self.call(
                self._if,
                self._for,
                self._while,
                self._case,
                self._group,
                self._function,
                self._pipeline,
                self._and_or,
                self._captured,
                self._and_or if self.captures else self._heredoc,  # bash loses a ; behind a here-document in $( )
                self._c_for,
                self._read_loop,
                self._eval,
                self._background,
                self._not,
            )
        finally:
            self.level -= 1

    def show(self) -> str:
        """Return a command that prints words."""
        return self.one([f"printf '<%s>' {self.words()}; echo", f"echo {self.words()}", f"echo {self.double()}"])

    def assign(self) -> str:
        """Return an assignment to a scalar, alone or before a command."""
        assignment = f"{self.scalar()}{self.one(['=', '=', '+='])}{self.word() if self.below(6) else ''}"
        return self.one(
            [
                assignment,
                assignment,
                f'{assignment} eval "echo \\$x:\\$y"',
                f"unset {self.scalar()}",
                f"{assignment} {self.f()} $x",
            ]
        )

    def array(self) -> str:
        """Return a command that changes an array."""
        if self.captures:  # of an array in $( ) bash takes the rest of the script apart wrongly
            return f"a[{self.one(['0', '1', 'i'])}]={self.word()}"
        index = self.one(["0", "1", "-1", "i", "n", "7", "i+1", "$i"])
        return self.one(
            [
                f"a=({self.words()})", f"a+=({self.words()})", f"a[{index}]={self.word()}", f"a[{index}]+={self.word()}",
                f"unset 'a[{index}]'", f"m[{self.one(['k', 'k 2', '$x', 'new'])}]={self.word()}", f"a=([2]={self.plain()} {self.word()})",
                "declare -p a", "declare -p m", f"set -- {self.words()}", "unset a", 'a=("${a[@]}")', f"m=([k]={self.word()})",
                f"mapfile -t a <<< {self.word()}", f"read -ra a <<< {self.word()}", "shift", 'a=("$@")',
            ]
        )  # fmt: skip

    def setting(self) -> str:
        """Return a change of an option or of IFS."""
        return self.one(SETTINGS)

    def trap(self) -> str:
        """Return a trap."""
        if self.level:  # bash forgets an EXIT trap that a loop in a pipeline or in the background sets
            return self.one(["trap - ERR", "trap 'echo err $?' ERR", "trap 'x=trap' ERR"])
        return self.one(TRAPS)

    def declare(self) -> str:
        """Return a declaration."""
        name = self.scalar()
        return self.one(
            [
                f"declare {name}={self.word()}", f"export {name}={self.word()}", f"declare -p {name}", f"declare -u {name}",
                f"declare -i {name}", f"declare -l {name}={self.word()}", f"readonly {name}", f"declare -x {name}; declare -p {name}",
                f"declare +i {name}", f"declare -a {name}", f"typeset -r v={self.word()}", f"unset -v {name}", f"declare -p {name} v",
                f"declare -i {name}='{self.arithmetic()}'", f"declare +x {name}", f"declare -g {name}={self.word()}",
            ]
        )  # fmt: skip

    def read(self) -> str:
        """Return a read from a here-string."""
        names = self.one(["x", "x y", "x y z", "", "-r x y", "-a a", "-d : x", "-n 3 x", "-r", "-N 4 x y"])
        return f'read {names} <<< {self.call(self.word, self.double)}; echo "$?:$x:$y:${{REPLY-}}"'

    def printf(self) -> str:
        """Return a printf."""
        return f"printf '{self.one(FORMATS)}' {self.words()}"

    def condition(self) -> str:
        """Return a command that is run for its status."""
        return self.call(
            self.test,
            self.test,
            self.arith_command,
            lambda: "true",
            lambda: "false",
            lambda: f"{self.f()} a {self.below(3)}",
        )

    def test(self) -> str:
        """Return a [, test or [[ command."""
        kind = self.below(8)
        value, other = self.call(self.double, self.expansion, self.plain), self.call(self.double, self.plain)
        if kind == 0:
            operator = self.one(["=", "!=", "-eq", "-lt", "-ge", "\\<", "-nt", "-a", "-o", "=="])
            return f"[ {value} {operator} {other} ]"
        if kind == 1:
            return f"test {self.one(['-n', '-z', '-e', '-f', '-d', f'-v {self.scalar()} -o -n', '-r', '!', '-s', ''])} {value}"
        if kind == 2:
            return f"[[ {self.one(['-n', '-z', '-e', f'-v {self.scalar()} || -n', '-d', '!', ''])} {value} ]]"
        if kind == 3:
            return f"[[ {value} {self.one(['==', '!=', '='])} {self.pattern()} ]]"
        if kind == 4:
            operator = self.one(["-eq", "-lt", "-gt", "-ne"])
            return f'[[ "{self.arithmetic(2)}" {operator} {self.one(["n", "1", "$i", "i+1"])} ]]'
        if kind == 5:
            regex = self.one(["^a", "o+", "(a)(.)", "[[:space:]]", "$y", '"$y"', "b$", "^(a|b)*$", "x?", "."])
            return f'[[ {value} =~ {regex} ]] && echo "${{BASH_REMATCH[@]}}"'
        if kind == 6:
            return f"[[ {value} < {other} ]]"
        return f"[[ ( {value} == {self.pattern()} || -z $x ) && ! -n $z ]]"

    def arith_command(self) -> str:
        """Return (( )) or let."""
        return self.one(
            [f"(( {self.arithmetic()} ))", f"let '{self.arithmetic()}'", f"echo $(( {self.arithmetic()} ))"]
        )

    def redirected(self) -> str:
        """Return a command with redirections."""
        return self.one(
            [
                f"echo {self.words()} > out", f"echo {self.word()} >> out", "cat < out", "cat f1 d/a", f"cat <<< {self.word()}",
                f"{{ echo {self.word()}; echo b >&2; }} 2>&1", "cat < nosuch", f"echo {self.word()} 2> /dev/null >&2", "echo a >&-",
                "exec 3> out; echo to3 >&3; exec 3>&-; cat out", f"cat <(echo {self.word()}) f1", "echo > d", "wc -l < f1",
                "{ cat; echo; } < f1", f": > out{self.below(2)}", "cat out 2>&1", "{ echo o; echo e >&2; } &> out; cat out", "nosuch 2>&-",
            ]
        )  # fmt: skip

    def jump(self) -> str:
        """Return break, continue, return or exit, or what only functions can do."""
        options = [
            "exit",
            "exit 2",
            "false",
            "true",
            ":",
            f": {self.word()}",
            "type f",
            "command f",
            f"command echo {self.word()}",
        ]
        if self.loops:
            options += ["break", "continue", "break 2", "continue 2"] * 2
        if self.functions:
            options += [
                "return",
                "return 3",
                f"local x={self.word()}",
                "local x",
                "local -a a",
                "local u y=1",
                "local -i n",
                "shift",
                "local",
            ]
            options += [
                "unset x",
                "local IFS=:",
                "echo $FUNCNAME",
                f"local -n r={self.one(['x', 'y', 'u'])}",
                "local -",
                "local -A m",
            ]
        return self.one(options)

    def body(self) -> str:
        """Return one to three commands."""
        return "\n".join(self.some(self.statement, 1, 3))

    def _loop_body(self) -> str:
        self.loops += 1
        try:
            return self.body()
        finally:
            self.loops -= 1

    def _if(self) -> str:
        text = f"if {self.condition()}; then {self.body()}\n"
        if not self.below(4):
            text += f"elif {self.condition()}; then {self.body()}\n"
        return text + (f"else {self.body()}\nfi" if self.below(2) else "fi")

    def _for(self) -> str:
        name = self.one(["i", "x", "j"])
        over = self.one(
            [f" in {self.words()}", "", f" in {self.one(GLOBS)}", f" in {self.one(BRACES)}", ' in "${a[@]}"', " in $x"]
        )
        return f'for {name}{over}; do echo "{name}=${name}"; {self._loop_body()}\ndone'

    def _while(self) -> str:
        name = f"w{self.level}"
        word = self.one(
            [
                "while [ $W -lt 3 ]",
                "while (( W < 3 ))",
                "until [[ $W -ge 2 ]]",
                f"while (( W < 3 )) && {self.condition()}",
            ]
        )
        return f"{name}=0; {word.replace('W', name)}; do {name}=$(({name}+1)); {self._loop_body()}\ndone"

    def _c_for(self) -> str:
        name = f"c{self.level}"
        return f"for (({name}=0; {name}<{1 + self.below(3)}; {name}++)); do echo ${name}; {self._loop_body()}\ndone"

    def _case(self) -> str:
        subject = self.call(self.word, self.expansion, self.double)
        if self.below(2):
            patterns = self.pattern()
        else:
            patterns = f"{self.pattern()} | {self.pattern()}"
        end = self.one([";;", ";;", ";&", ";;&"])
        return f"case {subject} in\n{patterns}) {self.body()}\n{end}\n({self.pattern()}) {self.body()}\n;;\n*) {self.body()}\nesac"

    def _group(self) -> str:
        # A file of its own: what a pipeline in it writes and what another command writes to "out" would race.
        tail = self.one(["", "", f" > g{self.level}; cat g{self.level}", " < f1"])
        return self.one([f"( {self.body()}\n){tail}", f"{{ {self.body()}\n}}{tail}"])

    def _function(self) -> str:
        name = self.one(["f", "g", "h"])
        loops, self.loops = self.loops, 0
        self.functions += 1
        self.defining.append(name)
        try:
            body = self.body()
        finally:
            self.defining.pop()
            self.functions -= 1
            self.loops = loops
        return (
            f"{name}() {self.one([f'{{ {body}' + chr(10) + '}', f'( {body}' + chr(10) + ')'])}\n{name} {self.words()}"
        )

    def _pipeline(self) -> str:
        filters = self.some(lambda: self.one(FILTERS), 1, 2)
        tail = self.one(["", "", '; echo "${PIPESTATUS[@]}"', " && echo yes", " || echo no"])
        return f"{{ {self.body()}\n}} | {' | '.join(filters)}{tail}"

    def _and_or(self) -> str:
        return f"{self.condition()} {self.one(['&&', '||'])} {{ {self.body()}\n}} {self.one(['&&', '||'])} {self.condition()}"

    def _not(self) -> str:
        return f"! {{ {self.body()}\n}}; echo $?"

    def _captured(self) -> str:
        loops, self.loops = self.loops, 0
        self.captures += 1
        body = self.body()
        self.captures -= 1
        self.loops = loops
        kinds = ["x=$({})", 'echo "$({})"', "echo `:` $({})", "local_=$({}); echo $?"]
        kinds.append("for j in $({}); do echo $j; done")
        return self.one(kinds).replace("{}", body + "\n")

    def _heredoc(self) -> str:
        lines = "".join(
            self.one(
                [
                    f"{self.expansion()} a\\$b\n",
                    "plain 'q' \"d\"\n",
                    f"\t{self._inside_double()}\n",
                    "\\\\ \\a `echo b`\n",
                ]
            )
            for _ in range(2)
        )
        head, tail = self.one([("<<E", "E"), ("<<-E", "\tE"), ("<<'E'", "E"), ("<<\\E", "E")])
        command = self.one(
            ["cat", "read x y", 'while read -r x; do echo "[$x]"; done', "sort", "cat -; echo x", "{ read x; cat; }"]
        )
        lines = without_stars(lines)
        if "while" in command or ";" in command:
            return f"{{ {command}; }} {head}\n{lines}{tail}\n"
        return f"{command} {head}\n{lines}{tail}\n"

    def _read_loop(self) -> str:
        names = self.one(["x", "-r x", "x y", "-d : x"])
        first = self.one(["a b", "1:2", " q", "e"])
        self.loops_in_pipes += 1
        body = f'echo "$x"; {self._loop_body()}'
        self.loops_in_pipes -= 1
        return f"printf '{first}\\n%s\\n' {self.words()} | while read {names}; do {body}\ndone | cat"

    def _eval(self) -> str:
        return self.one(
            [f'eval "echo {self.one(["$x", chr(92) + "$x", "$y", "a"])}"', f"eval 'x={self.one(PLAIN_VALUES)}; false'"]
        )

    def _background(self) -> str:
        return self.one([f"{{ {self.body()}\n}} & wait; echo $?", f"( {self.body()}\n) & wait $!; echo $?"])


PLAIN_VALUES = ["1", "a", "$y", '"$x"']


def script(seed: int, number: int) -> list[str]:
    """Return the statements of one script; the same on every computer. With newlines between them they are one."""
    return Commands(random.Random(f"{seed} {number}").randrange).script()
