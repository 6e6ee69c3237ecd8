"""`analyze`: what a script would touch, without running it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kos_shell
from kos_kernel import Machine
from kos_shell import Analysis, CommandUse, FileUse, ShellSyntaxError, SourceUse, Unknown, VariableUse, analyze
from kos_shell.analysis.report import as_json, as_text


def commands(found: Analysis) -> list[tuple[str, str, int]]:
    return [(use.name, use.kind, use.line) for use in found.commands]


def files(found: Analysis) -> list[tuple[str, str]]:
    return [(use.path, use.mode) for use in found.files]


def unknown(found: Analysis) -> list[tuple[str, str]]:
    return [(use.what, use.text) for use in found.unknown]


def variables(found: Analysis) -> list[tuple[str, str]]:
    return [(use.name, use.mode) for use in found.variables]


# -------------------------------------------------------------------------------------------------------- commands
def test_commands_have_a_kind_a_line_and_their_arguments() -> None:
    found = analyze('f() { ls -l; }\nf a\ncd /srv\ngrep -c "$x" y\n')
    assert found.commands == (
        CommandUse("ls", "program", 1, ("-l",)),
        CommandUse("f", "function", 2, ("a",)),
        CommandUse("cd", "builtin", 3, ("/srv",)),
        CommandUse("grep", "program", 4, ("-c", None, "y")),
    )
    assert [use.name for use in found.functions] == ["f"]
    assert found.programs() == {"ls", "grep"}


def test_a_function_counts_as_one_even_where_it_is_defined_later_but_not_behind_command() -> None:
    found = analyze("g() { f; command f; env f; }\nf() { :; }\n")
    assert [(use.name, use.kind, use.via) for use in found.commands if use.name == "f"] == [
        ("f", "function", ()), ("f", "program", ("command",)), ("f", "program", ("env",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "name", "via"),
    [
        ("env -i A=1 B=2 tool x", "tool", ("env",)),
        ("env -u HOME -C /x tool", "tool", ("env",)),
        ("sudo -u root -- tool", "tool", ("sudo",)),
        ("sudo --user=root -n env tool", "tool", ("sudo", "env")),
        ("nice -n 5 nohup tool", "tool", ("nice", "nohup")),
        ("timeout -k 5 10 tool", "tool", ("timeout",)),
        ("exec -a name tool", "tool", ("exec",)),
        ("command -p tool", "tool", ("command",)),
        ("builtin echo", "echo", ("builtin",)),
        ("ls | xargs -0 -n 1 tool -x", "tool", ("xargs",)),
        ("stdbuf -oL tool", "tool", ("stdbuf",)),
        ("flock /lock tool", "tool", ("flock",)),
        ("find . -exec tool {} \\;", "tool", ("find",)),
        ("/usr/bin/env tool", "tool", ("env",)),
    ],
)
def test_what_a_program_runs_is_seen(script: str, name: str, via: tuple[str, ...]) -> None:
    assert [(use.name, use.via) for use in analyze(script).commands][-1] == (name, via)


def test_asking_for_a_command_runs_nothing() -> None:
    assert [use.name for use in analyze("command -v gcc && sudo -l").commands] == ["command", "sudo"]


@pytest.mark.parametrize(
    "script",
    [
        "x=$(tool)", "x=`tool`", 'echo "a$(tool)b"', "cat <(tool)", "cat <<E\n$(tool)\nE", "((x + $(tool)))", "[[ -n $(tool) ]]",
        "for x in $(tool); do :; done", "case $(tool) in a) ;; esac", "case a in a) tool ;; esac", "if tool; then :; fi",
        "while :; do tool; done", "until tool; do :; done", "{ tool; }", "(tool)", "! tool | cat", "a || tool", "tool &", "coproc tool",
        "f() { tool; }", "time tool", "echo ${x:-$(tool)}", "echo ${x/a/$(tool)}", "a=(1 $(tool))", "a[$(tool)]=1", "cat <<< $(tool)",
        "eval tool", "eval 'x; tool'", "trap tool EXIT", "bash -c tool", "sh -ec 'tool x'", "su root -c tool", "env -S tool",
        "eval \"eval 'eval tool'\"", "select x in a; do tool; done", "for ((;;)); do tool; done", "declare x=$(tool)",
        "if a; then :; elif tool; then :; else :; fi", "mapfile -C tool -c 1 x", "echo $((`tool`))", "x=1 tool", "echo > $(tool)",
    ],
)  # fmt: skip
def test_commands_are_found_wherever_they_stand(script: str) -> None:
    assert "tool" in analyze(script).programs()


# ----------------------------------------------------------------------------------------------------------- files
def test_redirections_are_files_with_a_mode() -> None:
    found = analyze("a <in >out 2>>log <>both >|forced &>all 3>&1 2>&- >&word <&3 <<< text\n")
    assert found.files == (
        FileUse("in", "read", 1, "<"),
        FileUse("out", "write", 1, ">"),
        FileUse("log", "append", 1, ">>"),
        FileUse("both", "read-write", 1, "<>"),
        FileUse("forced", "write", 1, ">|"),
        FileUse("all", "write", 1, "&>"),
        FileUse("word", "write", 1, ">&"),
    )
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cat a - b", [("a", "read"), ("b", "read")]),
        ("cp a b c", [("a", "read"), ("b", "read"), ("c", "write")]),
        ("cp -t d a b", [("d", "write"), ("a", "read"), ("b", "read")]),
        ("mv a b", [("a", "write"), ("b", "write")]),
        ("rm -rf /tmp/{a,b} c*", [("/tmp/a", "write"), ("/tmp/b", "write"), ("c*", "write")]),
        ("grep -r -e x -m 3 a b", [("a", "read"), ("b", "read")]),
        ("grep pattern a", [("a", "read")]),
        ("grep -f patterns a", [("patterns", "read"), ("a", "read")]),
        ("sed -n p a", [("a", "read")]),
        ("sed -i.bak s/a/b/ a", [("a", "write")]),
        ("sed -i s/a/b/ a", [("a", "write")]),
        ("awk -F : '{print}' a", [("a", "read")]),
        ("head -n 3 a", [("a", "read")]),
        ("sort -k 2 -o out in", [("out", "write"), ("in", "read")]),
        ("tee -a x", [("x", "write")]),
        ("chmod 644 a b", [("a", "write"), ("b", "write")]),
        ("dd if=a of=b bs=1", [("a", "read"), ("b", "write")]),
        ("find a b -name '*.c' -newer c", [("a", "directory"), ("b", "directory"), ("c", "test")]),
        ("find a -delete", [("a", "write")]),
        ("tar -czf a.tgz -C /srv x", [("a.tgz", "read-write"), ("/srv", "directory")]),
        ("cd /srv", [("/srv", "directory")]),
        ("[ -f a ] && test b -nt c && [[ -d d ]]", [("a", "test"), ("b", "test"), ("c", "test"), ("d", "test")]),
        ("./run.sh", [("./run.sh", "run")]),
        ("tool /etc/x --file=/y http://a/b plain -o/z", [("/etc/x", "argument"), ("/y", "argument")]),
        ("for f in /etc/*.conf; do :; done", [("/etc/*.conf", "argument")]),
        ("cat ~/x ~user/y", [("~/x", "read"), ("~user/y", "read")]),
        ("echo /etc/x", []),
        ("xargs -a list rm", [("list", "read")]),
        ("echo 'a b' > 'c d'", [("c d", "write")]),
    ],
)
def test_what_known_programs_do_with_their_operands(script: str, expected: list[tuple[str, str]]) -> None:
    assert files(analyze(script)) == expected


def test_patterns_are_marked() -> None:
    assert analyze("rm *.o '*.c'").files == (FileUse("*.o", "write", 1, "rm", True), FileUse("*.c", "write", 1, "rm"))


def test_reads_and_writes_in_one_word() -> None:
    found = analyze("sort < a >> b; cat c > d")
    assert (found.reads(), found.writes()) == ({"a", "c"}, {"b", "d"})


# ------------------------------------------------------------------------------------------------------- variables
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("x=1", [("x", "set")]),
        ("x=$y z+=1", [("x", "set"), ("y", "read"), ("z", "set")]),
        ("x=1 tool", [("x", "environment")]),
        ("export x=1 y", [("x", "set"), ("x", "export"), ("y", "export")]),
        ("local a=$b; readonly c", [("b", "read"), ("a", "set"), ("c", "set")]),
        ("read -r a b", [("a", "set"), ("b", "set")]),
        ("read", [("REPLY", "set")]),
        ("read -a list", [("list", "set")]),
        ("mapfile -t lines", [("lines", "set")]),
        ("getopts ab: opt", [("opt", "set"), ("OPTARG", "set"), ("OPTIND", "set")]),
        ("printf -v out x", [("out", "set")]),
        ("unset a b; unset -f c", [("a", "unset"), ("b", "unset")]),
        ("for i in a; do :; done", [("i", "set")]),
        ("for i; do :; done", [("i", "set"), ("@", "read")]),
        ("echo $1 $@ $# $? $$ $!", [("1", "read"), ("@", "read"), ("#", "read")]),
        ("echo ${x:=1}", [("x", "set"), ("x", "read")]),
        ("((i++, j = k, l += 2, m == 16#ff))",
         [("i", "read"), ("i", "set"), ("j", "set"), ("k", "read"), ("l", "read"), ("l", "set"), ("m", "read")]),
        ("let i=j", [("i", "set"), ("j", "read")]),
        ("a[i]=1; echo ${a[j]}", [("a", "set"), ("i", "read"), ("a", "read"), ("j", "read")]),
        ("declare -A m; m[key]=1", [("m", "set")]),
        ("echo ${x:off:len}", [("x", "read"), ("off", "read"), ("len", "read")]),
        ("exec {fd}< f", [("fd", "set")]),
        ("[[ a -gt b ]]", [("a", "read"), ("b", "read")]),
        ("[[ -v a ]]; test -v b", [("a", "read"), ("b", "read")]),
        ("coproc P { :; }", [("P", "set")]),
        ("echo '$x' \\$y", []),
        ("cat <<'E'\n$x\nE", []),
        ("cat <<E\n$x\nE", [("x", "read")]),
        ("env A=1 tool", [("A", "environment")]),
    ],
)  # fmt: skip
def test_variables(script: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(variables(analyze(script))) == sorted(expected)


# --------------------------------------------------------------------------------------------- what can't be known
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("$cmd x", [("command", "$cmd")]),
        ('"$(which x)" y', [("command", '"$(which x)"')]),
        ("sudo $cmd", [("command", "$cmd")]),
        ("eval \"$x\" y", [("code", '"$x" y')]),
        ('eval "rm $x"', [("code", '"rm $x"')]),
        ('trap "rm $x" EXIT', [("code", '"rm $x"')]),
        ('bash -c "$x"', [("code", '"$x"')]),
        ("cat | sh", [("code", "standard input")]),
        (". $lib", [("source", "$lib")]),
        ("cat $x > $y", [("file", "$x"), ("file", "$y")]),
        ("ls | xargs rm -f", [("arguments", "rm -f")]),
        ("read $name", [("variable", "$name")]),
        ("echo ${!ref} ${!pre*}", [("variable", "${!ref}"), ("variable", "${!pre*}")]),
        ("declare -n r=x", [("variable", "r=x")]),
        ("grep $opts x f", [("arguments", "grep $opts x f")]),
        ("eval 'if'", [("code", "if")]),
        ("shopt -s expand_aliases\nalias ll='ls -l'", [("alias", "ll='ls -l'")]),
        ("alias ll='ls -l'", []),
        ("echo $x >&$fd 2>&1", [("file", "$fd")]),
        ("rm {1..1000}", [("file", "{1..1000}")]),
        ("echo $x $(y)", []),
    ],
)  # fmt: skip
def test_what_only_a_run_can_tell(script: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(unknown(analyze(script))) == sorted(expected)


def test_other_scripts() -> None:
    found = analyze(". ./lib.sh\nsource /etc/x\nbash -x run.sh arg\n")
    assert found.sources == (
        SourceUse("./lib.sh", 1, "source"), SourceUse("/etc/x", 2, "source"), SourceUse("run.sh", 3, "script"),
    )  # fmt: skip
    assert found.reads() == {"./lib.sh", "/etc/x", "run.sh"}


# ---------------------------------------------------------------------------------------------- lines, errors, limits
def test_lines_are_those_of_the_script_also_within_texts_that_are_run() -> None:
    found = analyze("a\n\nif b; then\n  c $(\n    d) > f\nfi\neval 'e\ng'\n")
    assert [(use.name, use.line) for use in found.commands] == [
        ("a", 1), ("b", 3), ("c", 4), ("d", 5), ("eval", 7), ("e", 7), ("g", 8),
    ]  # fmt: skip
    assert [(use.path, use.line) for use in found.files] == [("f", 5)]
    found = analyze("sh -c 'a\nb'\ntrap '\nc\n' EXIT\nx=1 y=2 d 'e\nf'\ng\n")
    assert [(use.name, use.line) for use in found.commands] == [
        ("sh", 1), ("a", 1), ("b", 2), ("trap", 3), ("c", 4), ("d", 6), ("g", 8),
    ]  # fmt: skip


def test_a_syntax_error_is_what_the_shell_says(machine: Machine) -> None:
    machine.write_file("/x.sh", "echo a\nif true; fi\n")
    for way in (["/x.sh"], ["-c", "echo )"]):
        ran = machine.exec([word.encode() for word in ["bash", "-n", *way]])
        looked = machine.exec([word.encode() for word in ["bash", "--analyze", *way]])
        assert (looked.status, looked.stderr) == (2, ran.stderr) and looked.stdout == b""
    with pytest.raises(ShellSyntaxError) as caught:
        analyze("echo )", name="x.sh")
    assert caught.value.report("x.sh").startswith("x.sh: line 1: syntax error near unexpected token `)'")


def test_extended_patterns_are_read_from_where_they_are_switched_on() -> None:
    assert files(analyze("shopt -s extglob\nrm !(a)\n")) == [("!(a)", "write")]
    with pytest.raises(ShellSyntaxError):
        analyze("rm !(a)\n")


def test_bytes_that_are_not_utf8_pass() -> None:
    assert files(analyze(b"rm \xff\n")) == [("\udcff", "write")]


@pytest.mark.parametrize(
    "script",
    [
        "env " * 50_000 + "x",
        "eval " * 10_000 + "x",
        "$(" * 140 + "x" + ")" * 140,
        "((" + "a[" * 5000 + "1" + "]" * 5000 + "))",
        "((x" + " " * 200_000 + "y))",
        "((" + "+" * 50_000 + "x))",
        "echo " + "{a,b}" * 60,
        "eval " + "'eval {x,y,z}{x,y,z}'" * 300,
        "x;" * 50_000,
        "[ " + "-f " * 20_000 + "]",
        "find . " + "-exec x {} \\; " * 5000,
        "rm " + "a" * 1_000_000,
    ],
    ids=["env", "eval", "nested", "subscripts", "blanks", "signs", "braces", "growing", "long", "test", "find", "name"],
)
def test_hostile_scripts_end(script: str) -> None:
    try:
        as_text(analyze(script))
    except ShellSyntaxError:
        pass


def test_texts_within_texts_are_followed_to_a_limit() -> None:
    script = "x"
    for _ in range(8):
        script = f"bash -c {quoted(script)}"
    assert analyze(script).programs() == {"x", "bash"}
    plain = "eval " * 40 + "x"
    found = analyze(plain)
    assert ("depth", "eval " * 19 + "x") in unknown(found)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(list("ab$(){}[]`'\"\\ \n;|&<>=!*-~#x1")), max_size=40))
def test_any_text_is_analyzed_or_is_a_syntax_error(script: str) -> None:
    try:
        found = analyze(script)
    except ShellSyntaxError:
        return
    as_text(found)
    json.loads(as_json(found))
    assert [use.line for use in found.commands] == sorted(use.line for use in found.commands)


# ------------------------------------------------------------------------------------------------------- the output
def test_it_runs_nothing_and_says_so_as_text_and_json(machine: Machine) -> None:
    script = b"touch /made; cat < /etc/passwd; $x"
    text = machine.exec([b"sh", b"--analyze", b"-c", script])
    assert text.text == (
        "commands\n  cat    program: 1\n  touch  program: 1\n\n"
        "files\n  /etc/passwd  read (<): 1\n  /made        write (touch): 1\n\n"
        "variables\n  x  read: 1\n\ncan't be known\n  $x  command: 1\n"
    )
    told = json.loads(machine.exec([b"bash", b"--analyze", b"--json", b"-c", script]).stdout)
    assert told["commands"][0] == {"name": "touch", "kind": "program", "line": 1, "arguments": ["/made"], "via": []}
    assert set(told) == {"commands", "files", "variables", "functions", "sources", "unknown", "warnings"}
    assert not machine.exists("/made")
    machine.write_file("/s", script)
    assert machine.exec([b"sh", b"--analyze", b"/s"]).stdout == text.stdout
    assert machine.exec([b"sh", b"--analyze"], stdin=script).stdout == text.stdout
    missing = machine.exec([b"sh", b"--analyze", b"/nowhere"])
    assert (missing.status, missing.stderr) == (127, b"sh: /nowhere: No such file or directory\n")


def test_text_from_the_script_moves_no_cursor() -> None:
    assert "\x1b" not in as_text(analyze("rm $'\\e[2J'"))


def test_the_package_offers_it_by_name() -> None:
    assert {getattr(kos_shell, name).__name__ for name in kos_shell.__all__} == set(kos_shell.__all__)
    assert VariableUse in map(type, analyze("x=1").variables) and Unknown in map(type, analyze("$x").unknown)
    with pytest.raises(AttributeError):
        kos_shell.nothing  # noqa: B018
