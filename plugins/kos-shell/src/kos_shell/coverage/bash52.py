"""What bash 5.2 has on Linux, by name: from its `enable -a`, `help`, `set -o`, `shopt`, `compgen -v -k` and manual.

`tests/test_coverage.py` asks the bash of the computer that runs the tests for the same lists.
"""

from __future__ import annotations

BUILTINS: dict[str, str] = {
    ".": "", ":": "", "[": "", "alias": "p", "bg": "", "bind": "lpsvPSVXm:f:q:u:r:x:", "break": "", "builtin": "", "caller": "",
    "cd": "LPe", "command": "pVv", "compgen": "abcdefgjksuvo:A:G:W:F:C:X:P:S:",
    "complete": "abcdefgjksuvprDEIo:A:G:W:F:C:X:P:S:", "compopt": "o:DEI", "continue": "", "declare": "aAfFgiIlnrtuxp",
    "dirs": "clpv", "disown": "har", "echo": "neE", "enable": "adnpsf:", "eval": "", "exec": "cla:", "exit": "",
    "export": "fnp", "false": "", "fc": "e:lnrs", "fg": "", "getopts": "", "hash": "lrp:dt", "help": "dms",
    "history": "cd:anrwps", "jobs": "lnprsx", "kill": "s:n:lL", "let": "", "local": "aAfFgiIlnrtuxp", "logout": "",
    "mapfile": "d:n:O:s:tu:C:c:", "popd": "n", "printf": "v:", "pushd": "n", "pwd": "LP",
    "read": "ersa:d:i:n:N:p:t:u:", "readarray": "d:n:O:s:tu:C:c:", "readonly": "aAfp", "return": "",
    "set": "abefhkmnptuvxBCEHPTo:", "shift": "", "shopt": "pqsuo", "source": "", "suspend": "f", "test": "", "times": "",
    "trap": "lp", "true": "", "type": "afptP", "typeset": "aAfFgiIlnrtuxp", "ulimit": "SHacdefilmnpqrstuvxR",
    "umask": "pS", "unalias": "a", "unset": "fvn", "wait": "fnp:",
}  # fmt: skip
"""builtin -> its options, as getopts says them."""

POSIX_BUILTINS = frozenset([
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false", "fc",
    "fg", "getopts", "hash", "jobs", "kill", "printf", "pwd", "read", "readonly", "return", "set", "shift", "test", "times",
    "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait",
])  # fmt: skip
"""Those that POSIX.1-2017 asks of a shell, be it as builtins or as utilities."""

KEYWORDS = (
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select",
    "then", "time", "until", "while", "{", "}",
)  # fmt: skip
SET_OPTIONS = (
    "allexport", "braceexpand", "emacs", "errexit", "errtrace", "functrace", "hashall", "histexpand", "history", "ignoreeof",
    "interactive-comments", "keyword", "monitor", "noclobber", "noexec", "noglob", "nolog", "notify", "nounset", "onecmd",
    "physical", "pipefail", "posix", "privileged", "verbose", "vi", "xtrace",
)  # fmt: skip
SHOPT_OPTIONS = (
    "assoc_expand_once", "autocd", "cdable_vars", "cdspell", "checkhash", "checkjobs", "checkwinsize", "cmdhist", "compat31",
    "compat32", "compat40", "compat41", "compat42", "compat43", "compat44", "complete_fullquote", "direxpand", "dirspell",
    "dotglob", "execfail", "expand_aliases", "extdebug", "extglob", "extquote", "failglob", "force_fignore",
    "globasciiranges", "globskipdots", "globstar", "gnu_errfmt", "histappend", "histreedit", "histverify", "hostcomplete",
    "huponexit", "inherit_errexit", "interactive_comments", "lastpipe", "lithist", "localvar_inherit", "localvar_unset",
    "login_shell", "mailwarn", "no_empty_cmd_completion", "nocaseglob", "nocasematch", "noexpand_translation", "nullglob",
    "patsub_replacement", "progcomp", "progcomp_alias", "promptvars", "restricted_shell", "shift_verbose", "sourcepath",
    "varredir_close", "xpg_echo",
)  # fmt: skip
VARIABLES = (
    "BASH", "BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_CMDS", "BASH_COMMAND",
    "BASH_COMPAT", "BASH_ENV", "BASH_EXECUTION_STRING", "BASH_LINENO", "BASH_LOADABLES_PATH", "BASH_REMATCH", "BASH_SOURCE",
    "BASH_SUBSHELL", "BASH_VERSINFO", "BASH_VERSION", "BASH_XTRACEFD", "CDPATH", "CHILD_MAX", "COLUMNS", "COMPREPLY",
    "COMP_CWORD", "COMP_KEY", "COMP_LINE", "COMP_POINT", "COMP_TYPE", "COMP_WORDBREAKS", "COMP_WORDS", "COPROC", "DIRSTACK",
    "EMACS", "ENV", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "EXECIGNORE", "FCEDIT", "FIGNORE", "FUNCNAME", "FUNCNEST",
    "GLOBIGNORE", "GROUPS", "HISTCMD", "HISTCONTROL", "HISTFILE", "HISTFILESIZE", "HISTIGNORE", "HISTSIZE",
    "HISTTIMEFORMAT", "HOME", "HOSTFILE", "HOSTNAME", "HOSTTYPE", "IFS", "IGNOREEOF", "INPUTRC", "INSIDE_EMACS", "LANG",
    "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "LINENO", "LINES", "MACHTYPE", "MAIL",
    "MAILCHECK", "MAILPATH", "MAPFILE", "OLDPWD", "OPTARG", "OPTERR", "OPTIND", "OSTYPE", "PATH", "PIPESTATUS",
    "POSIXLY_CORRECT", "PPID", "PROMPT_COMMAND", "PROMPT_DIRTRIM", "PS0", "PS1", "PS2", "PS3", "PS4", "PWD", "RANDOM",
    "READLINE_ARGUMENT", "READLINE_LINE", "READLINE_MARK", "READLINE_POINT", "REPLY", "SECONDS", "SHELL", "SHELLOPTS",
    "SHLVL", "SRANDOM", "TIMEFORMAT", "TMOUT", "TMPDIR", "UID", "_", "auto_resume", "histchars",
)  # fmt: skip
"""Those that mean something to bash itself."""
SPECIAL_PARAMETERS = ("@", "*", "#", "?", "-", "$", "!", "0")

LETTERS_OF_SHELL = "abefhkmnptuvxBCEHPTilrsDcoO"
"""What stands behind a dash on bash's own command line."""
LONG_OPTIONS = (
    "debug", "debugger", "dump-po-strings", "dump-strings", "help", "init-file", "login", "noediting", "noprofile", "norc",
    "posix", "pretty-print", "rcfile", "restricted", "verbose", "version",
)  # fmt: skip
ACTIONS = (
    "alias", "arrayvar", "binding", "builtin", "command", "directory", "disabled", "enabled", "export", "file", "function",
    "group", "helptopic", "hostname", "job", "keyword", "running", "service", "setopt", "shopt", "signal", "stopped", "user",
    "variable",
)  # fmt: skip
COMPLETION_OPTIONS = (
    "bashdefault", "default", "dirnames", "filenames", "noquote", "nosort", "nospace", "plusdirs",
)  # fmt: skip
PROMPT_ESCAPES = "adDehHjlnrstT@AuvVwW!#$0[]\\"
"""Letters behind the backslash of PS1; 0 stands for an octal number."""
UNARY_TESTS = "abcdefghknoprstuvwxzGLNORS"
TRANSFORMATIONS = "UuLQEPAKak"
"""${x@...}"""
PRINTF = "diouxXfFeEgGaAcsbqQn%("
"""Conversions of printf; ( stands for %(format)T."""
