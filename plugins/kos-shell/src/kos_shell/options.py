"""The names of `set -o` and `shopt`, their letters, their defaults.

What is on is one frozenset, `Shell.options`: names of both kinds don't collide, a subshell shares it, and a change replaces
it.

Which of them may be switched: one that the shell honours (EFFECTIVE_SHOPT), and one about interactive line editing, with which
bash too does nothing when it runs a script (EDITOR_SHOPT, EDITOR_SET): the editor is the host's and lives outside the
machine, so those are remembered, shown and change nothing. Every other option keeps its default; asking for that default is
fine, asking for the other state is an error that names the option, with status 2.

The options that closures ask at each command (nounset, xtrace, ...) are mirrored in attributes of Shell by
`Shell.set_options`, the only place that changes them.
"""

from __future__ import annotations

SET_LETTERS = {
    "a": "allexport", "B": "braceexpand", "C": "noclobber", "E": "errtrace", "H": "histexpand", "P": "physical",
    "T": "functrace", "b": "notify", "e": "errexit", "f": "noglob", "h": "hashall", "k": "keyword", "m": "monitor",
    "n": "noexec", "p": "privileged", "t": "onecmd", "u": "nounset", "v": "verbose", "x": "xtrace",
}  # fmt: skip
SET_NAMES = (
    "allexport", "braceexpand", "emacs", "errexit", "errtrace", "functrace", "hashall", "histexpand", "history",
    "ignoreeof", "interactive-comments", "keyword", "monitor", "noclobber", "noexec", "noglob", "nolog", "notify",
    "nounset", "onecmd", "physical", "pipefail", "posix", "privileged", "verbose", "vi", "xtrace",
)  # fmt: skip
"""In the order in which `set -o` lists them."""
EDITOR_SET = frozenset(["emacs", "vi", "nolog"])
UNSUPPORTED_SET = frozenset(["histexpand", "keyword", "privileged"])
"""Accepted by bash's grammar of options; turning one on here is an error that names it."""

SHOPT_NAMES = (
    "autocd", "assoc_expand_once", "cdable_vars", "cdspell", "checkhash", "checkjobs", "checkwinsize", "cmdhist",
    "compat31", "compat32", "compat40", "compat41", "compat42", "compat43", "compat44", "complete_fullquote", "direxpand",
    "dirspell", "dotglob", "execfail", "expand_aliases", "extdebug", "extglob", "extquote", "failglob", "force_fignore",
    "globasciiranges", "globskipdots", "globstar", "gnu_errfmt", "histappend", "histreedit", "histverify", "hostcomplete",
    "huponexit", "inherit_errexit", "interactive_comments", "lastpipe", "lithist", "localvar_inherit", "localvar_unset",
    "login_shell", "mailwarn", "no_empty_cmd_completion", "nocaseglob", "nocasematch", "noexpand_translation", "nullglob",
    "patsub_replacement", "progcomp", "progcomp_alias", "promptvars", "restricted_shell", "shift_verbose", "sourcepath",
    "varredir_close", "xpg_echo",
)  # fmt: skip
"""In the order in which `shopt` lists them."""
EFFECTIVE_SHOPT = frozenset([
    "cdable_vars", "checkhash", "dotglob", "execfail", "expand_aliases", "extglob", "failglob", "globskipdots", "globstar",
    "inherit_errexit", "lastpipe", "localvar_inherit", "localvar_unset", "nocaseglob", "nocasematch", "nullglob",
    "patsub_replacement", "shift_verbose", "sourcepath", "varredir_close", "xpg_echo", "promptvars", "extdebug",
])  # fmt: skip
"""Those that change what a command means."""
EDITOR_SHOPT = frozenset([
    "checkwinsize", "cmdhist", "complete_fullquote", "direxpand", "dirspell", "force_fignore", "histappend", "histreedit",
    "histverify", "hostcomplete", "lithist", "no_empty_cmd_completion", "progcomp", "progcomp_alias",
])  # fmt: skip
"""Those about the line editor, its history file, its completion and the size of its window."""
SUPPORTED_SHOPT = EFFECTIVE_SHOPT | EDITOR_SHOPT
"""Those that can be switched. The others keep their default; asking for the other state is an error that names them."""

DEFAULTS = frozenset([
    "braceexpand", "hashall", "interactive-comments", "checkwinsize", "cmdhist", "complete_fullquote", "extquote",
    "force_fignore", "globasciiranges", "globskipdots", "hostcomplete", "interactive_comments", "patsub_replacement",
    "progcomp", "promptvars", "sourcepath",
])  # fmt: skip
_LETTER_ORDER = "abefhkmnptuvxBCEHPT"


def letters(options: frozenset[str], extra: str = "") -> str:
    """Return `$-`: the letters of what is on, in bash's order, then `extra` (i, c, s)."""
    shown = "".join(letter for letter in _LETTER_ORDER if SET_LETTERS[letter] in options)
    if "i" in extra:
        at = sum(1 for c in shown if c in "abefh")
        shown = shown[:at] + "i" + shown[at:]
    return shown + "".join(c for c in extra if c != "i")
