"""tar's command line: the table of options, and old-style bundles (`tar cvzf FILE`).

Options whose place among the operands matters share the list `words` with them: (what, value) stands for an option, bytes for
an operand. Not there, hence refused by name: incremental archives (-g, -G), multi-volume ones (-M, -L, -F), labels (-V),
--to-command, -w, -W, -K, backups.
"""

from __future__ import annotations

from collections.abc import Callable

from kos_kernel.api import Command, Flag, UsageError, Value


def _word(what: str) -> Callable[[bytes], tuple[str, bytes]]:
    return lambda text: (what, text)


def one_of(option: str, *names: str) -> Callable[[bytes], str]:
    """Return what reads a word of a few; as GNU's argmatch it ends the run for another, without a hint."""

    def read(text: bytes) -> str:
        found = [name for name in names if name.startswith(text.decode("latin-1"))]
        if text.decode("latin-1") in names:
            return text.decode("latin-1")
        if len(found) == 1:
            return found[0]
        lines = "".join(f"\n  - '{name}'" for name in names)
        problem = b"ambiguous" if found else b"invalid"
        message = (
            problem + b" argument '" + text + b"' for '" + option.encode() + b"'\nValid arguments are:" + lines.encode()
        )
        raise TAR.error(b"tar", message, hint=False, status=2)

    return read


def _switch(what: str, value: bool, *names: str, help: str = "") -> Flag:
    return Flag("words", *names, value=(what, value), repeat=True, help=help)


def _place(what: str, *names: str, metavar: str = "FILE", help: str = "") -> Value:
    return Value("words", *names, metavar=metavar, convert=_word(what), repeat=True, help=help)


OPERATIONS = [
    Flag("actions", "A", "catenate", "concatenate", value="A", repeat=True, help="append tar files to an archive"),
    Flag("actions", "c", "create", value="c", repeat=True, help="create a new archive"),
    Flag("actions", "delete", value="delete", repeat=True, help="delete from the archive (not on mag tapes!)"),
    Flag(
        "actions",
        "d",
        "diff",
        "compare",
        value="d",
        repeat=True,
        help="find differences between archive and file system",
    ),
    Flag("actions", "r", "append", value="r", repeat=True, help="append files to the end of an archive"),
    Flag("actions", "t", "list", value="t", repeat=True, help="list the contents of an archive"),
    Flag("actions", "u", "update", value="u", repeat=True, help="only append files newer than copy in archive"),
    Flag("actions", "x", "extract", "get", value="x", repeat=True, help="extract files from an archive"),
]

MODIFIERS = [
    Flag("ignore_failed_read", "ignore-failed-read", help="do not exit with nonzero on unreadable files"),
    Value(
        "hole_detection",
        "hole-detection",
        metavar="TYPE",
        convert=one_of("--hole-detection", "raw", "seek"),
        help="technique to detect holes",
    ),
    Flag("seek", "n", "seek", value=True, default=None, help="archive is seekable"),
    Flag("seek", "no-seek", value=False, default=None, help="archive is not seekable"),
    Value(
        "occurrence",
        "occurrence",
        metavar="NUMBER",
        optional=True,
        implied=b"1",
        help="process only the NUMBERth occurrence of each file",
    ),
    Value("sparse_version", "sparse-version", metavar="MAJOR[.MINOR]", help="set version of the sparse format to use"),
    Flag("sparse", "S", "sparse", help="handle sparse files efficiently"),
]

NAMES = [
    _place("add", "add-file", help="add given FILE to the archive"),
    _place("C", "C", "directory", metavar="DIR", help="change to directory DIR"),
    _place("exclude", "exclude", metavar="PATTERN", help="exclude files, given as a PATTERN"),
    _switch("backups", True, "exclude-backups", help="exclude backup and lock files"),
    Flag(
        "caches",
        "exclude-caches",
        value=(b"CACHEDIR.TAG", "contents", True),
        repeat=True,
        help="exclude contents of directories containing CACHEDIR.TAG",
    ),
    Flag(
        "caches",
        "exclude-caches-all",
        value=(b"CACHEDIR.TAG", "all", True),
        repeat=True,
        help="exclude directories containing CACHEDIR.TAG",
    ),
    Flag(
        "caches",
        "exclude-caches-under",
        value=(b"CACHEDIR.TAG", "under", True),
        repeat=True,
        help="exclude everything under directories containing CACHEDIR.TAG",
    ),
    Value(
        "caches",
        "exclude-tag",
        metavar="FILE",
        convert=lambda text: (text, "contents", False),
        repeat=True,
        help="exclude contents of directories containing FILE",
    ),
    Value(
        "caches",
        "exclude-tag-all",
        metavar="FILE",
        convert=lambda text: (text, "all", False),
        repeat=True,
        help="exclude directories containing FILE",
    ),
    Value(
        "caches",
        "exclude-tag-under",
        metavar="FILE",
        convert=lambda text: (text, "under", False),
        repeat=True,
        help="exclude everything under directories containing FILE",
    ),
    _switch("vcs", True, "exclude-vcs", help="exclude version control system directories"),
    _switch("null", True, "null", help="-T reads null-terminated names"),
    _switch("null", False, "no-null", help="disable the effect of the previous --null option"),
    _switch("recursion", False, "no-recursion", help="avoid descending automatically in directories"),
    _switch("recursion", True, "recursion", help="recurse into directories (default)"),
    _switch("unquote", False, "no-unquote", help="do not unquote input file or member names"),
    _switch("unquote", True, "unquote", help="unquote input file or member names (default)"),
    _switch("verbatim", True, "verbatim-files-from", help="-T reads file names verbatim"),
    _switch(
        "verbatim", False, "no-verbatim-files-from", help="-T treats file names starting with dash as options (default)"
    ),
    _place("T", "T", "files-from", help="get names to extract or create from FILE"),
    _place("X", "X", "exclude-from", help="exclude patterns listed in FILE"),
    _switch("anchored", True, "anchored", help="patterns match file name start"),
    _switch("anchored", False, "no-anchored", help="patterns match after any '/' (default for exclusion)"),
    _switch("icase", True, "ignore-case", help="ignore case"),
    _switch("icase", False, "no-ignore-case", help="case sensitive matching (default)"),
    _switch("wildcards", True, "wildcards", help="use wildcards (default for exclusion)"),
    _switch("wildcards", False, "no-wildcards", help="verbatim string matching"),
    _switch("slash", True, "wildcards-match-slash", help="wildcards match '/' (default for exclusion)"),
    _switch("slash", False, "no-wildcards-match-slash", help="wildcards do not match '/'"),
]

OVERWRITE = [
    Flag(
        "keep_directory_symlink",
        "keep-directory-symlink",
        help="preserve existing symlinks to directories when extracting",
    ),
    Flag(
        "old_files",
        "keep-newer-files",
        value="newer",
        default="default",
        help="don't replace existing files that are newer than their archive copies",
    ),
    Flag(
        "old_files",
        "k",
        "keep-old-files",
        value="keep",
        default="default",
        help="don't replace existing files when extracting, treat them as errors",
    ),
    Flag(
        "old_files",
        "no-overwrite-dir",
        value="no-dir",
        default="default",
        help="preserve metadata of existing directories",
    ),
    Value(
        "one_top_level",
        "one-top-level",
        metavar="DIR",
        optional=True,
        implied=b"",
        help="create a subdirectory to avoid having loose files extracted",
    ),
    Flag(
        "old_files", "overwrite", value="overwrite", default="default", help="overwrite existing files when extracting"
    ),
    Flag(
        "old_files",
        "overwrite-dir",
        value="default",
        default="default",
        help="overwrite metadata of existing directories when extracting (default)",
    ),
    Flag("recursive_unlink", "recursive-unlink", help="empty hierarchies prior to extracting directory"),
    Flag("remove_files", "remove-files", help="remove files after adding them to the archive"),
    Flag(
        "old_files",
        "skip-old-files",
        value="skip",
        default="default",
        help="don't replace existing files when extracting, silently skip over them",
    ),
    Flag(
        "old_files",
        "U",
        "unlink-first",
        value="unlink",
        default="default",
        help="remove each file prior to extracting over it",
    ),
    Flag("stdout", "O", "to-stdout", help="extract files to standard output"),
]

ATTRIBUTES = [
    Flag("clamp", "clamp-mtime", help="only set time when the file is more recent than what was given with --mtime"),
    Flag(
        "delay",
        "delay-directory-restore",
        help="delay setting modification times and permissions of extracted directories until the end",
    ),
    Flag(
        "delay", "no-delay-directory-restore", value=False, help="cancel the effect of --delay-directory-restore option"
    ),
    Value("group", "group", metavar="NAME", help="force NAME as group for added files"),
    Value("mode", "mode", metavar="CHANGES", help="force (symbolic) mode CHANGES for added files"),
    Value("mtime", "mtime", metavar="DATE-OR-FILE", help="set mtime for added files from DATE-OR-FILE"),
    Flag("touch", "m", "touch", help="don't extract file modified time"),
    Flag(
        "same_owner",
        "no-same-owner",
        value=False,
        default=None,
        help="extract files as yourself (default for ordinary users)",
    ),
    Flag(
        "same_permissions",
        "no-same-permissions",
        value=False,
        default=None,
        help="apply the user's umask when extracting permissions from the archive",
    ),
    Flag("numeric", "numeric-owner", help="always use numbers for user/group names"),
    Value("owner", "owner", metavar="NAME", help="force NAME as owner for added files"),
    Flag(
        "same_permissions",
        "p",
        "preserve-permissions",
        "same-permissions",
        value=True,
        default=None,
        help="extract information about file permissions",
    ),
    Flag(
        "same_owner",
        "same-owner",
        value=True,
        default=None,
        help="try extracting files with the same ownership as exists in the archive",
    ),
    Value(
        "sort",
        "sort",
        metavar="ORDER",
        default="none",
        convert=one_of("--sort", "none", "name", "inode"),
        help="directory sorting order: none (default), name or inode",
    ),
    Flag(
        "order",
        "s",
        "preserve-order",
        "same-order",
        help="member arguments are listed in the same order as the files in the archive",
    ),
    Flag("xattrs", "xattrs", value=True, default=None, help="enable extended attributes support"),
    Flag("xattrs", "no-xattrs", value=False, default=None, help="disable extended attributes support"),
    Value(
        "xattrs_include",
        "xattrs-include",
        metavar="MASK",
        repeat=True,
        sets={"xattrs": True},
        help="specify the include pattern for xattr keys",
    ),
    Value(
        "xattrs_exclude",
        "xattrs-exclude",
        metavar="MASK",
        repeat=True,
        sets={"xattrs": True},
        help="specify the exclude pattern for xattr keys",
    ),
]

DEVICE = [
    Flag("force_local", "force-local", help="archive file is local even if it has a colon"),
    Value("file", "f", "file", metavar="ARCHIVE", repeat=True, help="use archive file or device ARCHIVE"),
    Value("blocking", "b", "blocking-factor", metavar="BLOCKS", help="BLOCKS x 512 bytes per record"),
    Flag("full_records", "B", "read-full-records", help="reblock as we read (for 4.2BSD pipes)"),
    Flag("ignore_zeros", "i", "ignore-zeros", help="ignore zeroed blocks in archive (means EOF)"),
    Value("record_size", "record-size", metavar="NUMBER", help="NUMBER of bytes per record, multiple of 512"),
]

FORMAT = [
    Value(
        "format",
        "H",
        "format",
        metavar="FORMAT",
        help="create archive of the given format: gnu, oldgnu, pax, posix, ustar, v7",
    ),
    Flag("format", "old-archive", "portability", value=b"v7", default=None, help="same as --format=v7"),
    Flag("format", "posix", value=b"posix", default=None, help="same as --format=posix"),
    Value("pax_options", "pax-option", metavar="KEYWORD-LIST", repeat=True, help="control pax keywords"),
]

COMPRESSION = [
    Flag(
        "auto",
        "a",
        "auto-compress",
        value=True,
        default=None,
        help="use archive suffix to determine the compression program",
    ),
    Flag(
        "auto",
        "no-auto-compress",
        value=False,
        default=None,
        help="do not use archive suffix to determine the compression program",
    ),
    Value(
        "program",
        "I",
        "use-compress-program",
        metavar="PROG",
        help="filter through PROG (must accept -d)",
    ),
    Flag("compress", "j", "bzip2", value="bzip2", repeat=True, help="filter the archive through bzip2"),
    Flag("compress", "J", "xz", value="xz", repeat=True, help="filter the archive through xz"),
    Flag("compress", "lzma", value="lzma", repeat=True, help="filter the archive through lzma"),
    Flag("compress", "zstd", value="zstd", repeat=True, help="filter the archive through zstd"),
    Flag(
        "compress", "z", "gzip", "gunzip", "ungzip", value="gzip", repeat=True, help="filter the archive through gzip"
    ),
    Flag("compress", "Z", "uncompress", value="compress", repeat=True, help="read the archive through uncompress"),
]

SELECTION = [
    Flag("hard_dereference", "hard-dereference", help="follow hard links; archive and dump the files they refer to"),
    Flag("dereference", "h", "dereference", help="follow symlinks; archive and dump the files they point to"),
    Value(
        "newer",
        "N",
        "newer",
        "after-date",
        metavar="DATE-OR-FILE",
        sets={"newer_ctime": True},
        help="only store files newer than DATE-OR-FILE",
    ),
    Value(
        "newer",
        "newer-mtime",
        metavar="DATE",
        sets={"newer_ctime": False},
        help="compare date and time when data changed only",
    ),
    Flag("one_file_system", "one-file-system", help="stay in local file system when creating archive"),
    Flag("absolute", "P", "absolute-names", help="don't strip leading '/'s from file names"),
    Value(
        "strip",
        "strip-components",
        metavar="NUMBER",
        help="strip NUMBER leading components from file names on extraction",
    ),
    Value(
        "transform",
        "transform",
        "xform",
        metavar="EXPRESSION",
        repeat=True,
        help="use sed replace EXPRESSION to transform file names",
    ),
]

OUTPUT = [
    Value(
        "checkpoint",
        "checkpoint",
        metavar="NUMBER",
        optional=True,
        implied=b"10",
        help="display progress messages every NUMBERth record (default 10)",
    ),
    Flag("full_time", "full-time", help="print file time to its full resolution"),
    Value("index_file", "index-file", metavar="FILE", help="send verbose output to FILE"),
    Flag("check_links", "l", "check-links", help="print a message if not all links are dumped"),
    Value(
        "quoting",
        "quoting-style",
        metavar="STYLE",
        default="escape",
        convert=one_of("--quoting-style", "literal", "escape"),
        help="set name quoting style: literal, escape",
    ),
    Flag("block_number", "R", "block-number", help="show block number within archive with each message"),
    Flag("show_defaults", "show-defaults", help="show tar defaults"),
    Flag(
        "omitted",
        "show-omitted-dirs",
        help="when listing or extracting, list each directory that does not match search criteria",
    ),
    Flag(
        "show_transformed",
        "show-transformed-names",
        "show-stored-names",
        help="show file or archive names after transformation",
    ),
    Flag("totals", "totals", help="print total bytes after processing the archive"),
    Flag("utc", "utc", help="print file modification times in UTC"),
    Flag("verbose", "v", "verbose", count=True, help="verbosely list files processed"),
    Value("warning", "warning", metavar="KEYWORD", repeat=True, help="warning control"),
    Flag("old_o", "o", help="when creating, same as --old-archive; when extracting, same as --no-same-owner"),
    Flag("usage", "?", "usage", help="give this help list"),
]

TAR = Command(
    "tar",
    like="(GNU tar) 1.34",
    usage="[OPTION...] [FILE]...",
    summary="GNU 'tar' saves many files together into a single tape or disk archive, and can\n"
    "restore individual files from the archive.",
    options=[
        *OPERATIONS,
        *MODIFIERS,
        *NAMES,
        *OVERWRITE,
        *ATTRIBUTES,
        *DEVICE,
        *FORMAT,
        *COMPRESSION,
        *SELECTION,
        *OUTPUT,
    ],
    status=64,
    hint="Try '{prog} --help' or '{prog} --usage' for more information.\n",
    epilog="*This* tar defaults to:\n--format=gnu -f- -b20 --quoting-style=escape",
    in_order="words",
)


def unbundled(argv: list[bytes]) -> list[bytes]:
    """Return the command line with an old-style bundle as first word (`cvzf FILE`) made into options. Raises UsageError."""
    if len(argv) < 2 or argv[1][:1] == b"-" or not argv[1]:
        return argv
    wanting = {ord(short) for option in TAR.options if isinstance(option, Value) for short in option.shorts}
    out, rest = [argv[0]], argv[2:]
    for letter in argv[1]:
        out.append(b"-%c" % letter)
        if letter in wanting:
            if not rest:
                raise TAR.error(argv[0], b"Old option '%c' requires an argument." % letter, status=2)
            out.append(rest.pop(0))
    return out + rest


def usage(prog: bytes, text: bytes) -> UsageError:
    """Return an error of the command line that tar itself finds."""
    return TAR.error(prog, text, status=2)
