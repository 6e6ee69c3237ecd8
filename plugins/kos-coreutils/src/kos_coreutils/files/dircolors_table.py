"""The colours that dircolors knows by itself: terminals that show some, kinds of files, endings of names."""

from __future__ import annotations

KINDS = {
    b"NORMAL": b"no", b"NORM": b"no", b"FILE": b"fi", b"RESET": b"rs", b"DIR": b"di", b"LNK": b"ln", b"LINK": b"ln",
    b"SYMLINK": b"ln", b"ORPHAN": b"or", b"MISSING": b"mi", b"FIFO": b"pi", b"PIPE": b"pi", b"SOCK": b"so", b"BLK": b"bd",
    b"BLOCK": b"bd", b"CHR": b"cd", b"CHAR": b"cd", b"DOOR": b"do", b"EXEC": b"ex", b"LEFT": b"lc", b"LEFTCODE": b"lc",
    b"RIGHT": b"rc", b"RIGHTCODE": b"rc", b"END": b"ec", b"ENDCODE": b"ec", b"SUID": b"su", b"SETUID": b"su", b"SGID": b"sg",
    b"SETGID": b"sg", b"STICKY": b"st", b"OTHER_WRITABLE": b"ow", b"OWR": b"ow", b"STICKY_OTHER_WRITABLE": b"tw", b"OWT": b"tw",
    b"CAPABILITY": b"ca", b"MULTIHARDLINK": b"mh", b"CLRTOEOL": b"cl",
}  # fmt: skip
_TERMINALS = (
    "Eterm ansi *color* con[0-9]*x[0-9]* cons25 console cygwin *direct* dtterm gnome hurd jfbterm konsole kterm "
    "linux linux-c mlterm putty rxvt* screen* st terminator tmux* vt100 xterm*"
)
_COLORS = (
    "RESET=0 DIR=01;34 LINK=01;36 MULTIHARDLINK=00 FIFO=40;33 SOCK=01;35 DOOR=01;35 BLK=40;33;01 CHR=40;33;01 "
    "ORPHAN=40;31;01 MISSING=00 SETUID=37;41 SETGID=30;43 CAPABILITY=00 STICKY_OTHER_WRITABLE=30;42 "
    "OTHER_WRITABLE=34;42 STICKY=37;44 EXEC=01;32"
)
_ENDINGS = (
    (
        "archives",
        "01;31",
        ".tar .tgz .arc .arj .taz .lha .lz4 .lzh .lzma .tlz .txz .tzo .t7z .zip .z .dz .gz .lrz .lz .lzo .xz .zst "
        ".tzst .bz2 .bz .tbz .tbz2 .tz .deb .rpm .jar .war .ear .sar .rar .alz .ace .zoo .cpio .7z .rz .cab .wim .swm "
        ".dwm .esd",
    ),
    (
        "pictures and films",
        "01;35",
        ".avif .jpg .jpeg .mjpg .mjpeg .gif .bmp .pbm .pgm .ppm .tga .xbm .xpm .tif .tiff .png .svg .svgz .mng .pcx "
        ".mov .mpg .mpeg .m2v .mkv .webm .webp .ogm .mp4 .m4v .mp4v .vob .qt .nuv .wmv .asf .rm .rmvb .flc .avi .fli "
        ".flv .gl .dl .xcf .xwd .yuv .cgm .emf .ogv .ogx",
    ),
    (
        "sound",
        "00;36",
        ".aac .au .flac .m4a .mid .midi .mka .mp3 .mpc .ogg .ra .wav .oga .opus .spx .xspf",
    ),
    (
        "leftovers",
        "00;90",
        "*~ *# .bak .old .orig .part .rej .swp .tmp .dpkg-dist .dpkg-old .ucf-dist .ucf-new .ucf-old .rpmnew .rpmorig "
        ".rpmsave",
    ),
)


def default_table() -> bytes:
    """Return the table as the text that dircolors reads."""
    lines = [
        "# The colours of ls, for dircolors. A line is a kind or an ending of names, and its code.",
        "",
        "COLORTERM ?*",
    ]
    lines += [f"TERM {name}" for name in _TERMINALS.split()]
    lines += ["", "# kinds of files"]
    lines += [pair.replace("=", " ") for pair in _COLORS.split()]
    for title, code, endings in _ENDINGS:
        lines += ["", f"# {title}"]
        lines += [f"{ending} {code}" for ending in endings.split()]
    return "\n".join(lines).encode() + b"\n"
