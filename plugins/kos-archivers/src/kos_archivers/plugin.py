"""Announces the commands for archives and compressed files: one family, a table of names and where each `main` lives.

    compress/   gzip, bzip2, xz, zstd and what reads through them (zgrep, zdiff)
    tar/        tar
    zip/        zip, unzip, zipinfo
    cpio/       cpio
    ar/         ar

A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

_TABLE = {
    "ar.main:main": "ar ranlib",
    "compress.bzip2:main": "bzip2 bunzip2 bzcat",
    "compress.gzip:main": "gzip gunzip zcat uncompress",
    "compress.xz:main": "xz unxz xzcat lzma unlzma lzcat",
    "compress.zgrep:main": "zgrep zegrep zfgrep bzgrep bzegrep bzfgrep xzgrep xzegrep xzfgrep",
    "compress.zdiff:main": "zdiff zcmp bzdiff bzcmp xzdiff xzcmp",
    "compress.zstd:main": "zstd unzstd zstdcat",
    "cpio.main:main": "cpio",
    "tar.main:main": "tar",
    "zip.unzip:main": "unzip",
    "zip.zip:main": "zip",
    "zip.zipinfo:main": "zipinfo",
}


def _programs() -> dict[str, str]:
    return dict(sorted((name, f"kos_archivers.{place}") for place, names in _TABLE.items() for name in names.split()))


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `archivers`."""
    yield ProgramFamily("archivers", contract=1, programs=_programs(), summary="tar, gzip, zip and their neighbours")
