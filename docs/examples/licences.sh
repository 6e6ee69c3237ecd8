#!/bin/sh
# Reads every text in a folder and writes a report about them: sizes, frequent words, who speaks of what.
# usage: licences.sh [FOLDER [REPORT]]
set -eu
export LC_ALL=C
folder=${1:-/texts}
report=${2:-/tmp/report.txt}
[ -d "$folder" ] || { echo "licences.sh: no folder $folder" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

title() { printf '\n%s\n%s\n' "$1" "$(printf %s "$1" | tr -c '\n' '-')"; }
words() { tr -cs 'A-Za-z' '\n' | tr 'A-Z' 'a-z' | grep -E '^.{5,}$'; }
longest() {
    max=0
    while IFS= read -r line; do [ ${#line} -le $max ] || max=${#line}; done
    echo $max
}

find "$folder" -type f | sort > "$work/files"
count=0 lines=0
while IFS= read -r file; do
    size=$(wc -w < "$file") n=$(wc -l < "$file")
    case $size in
        ? | ?? | ???) kind=short ;;
        [1-2]???) kind=middling ;;
        *) kind=long ;;
    esac
    printf '%-15s %6d words %5d lines %4d wide  %s\n' "${file##*/}" "$size" "$n" "$(longest < "$file")" "$kind"
    count=$((count + 1)) lines=$((lines + n))
    words < "$file" >> "$work/words"
done < "$work/files" > "$work/table"

{
    echo "$count texts, $lines lines, $(wc -w < "$work/words") words of five letters and more"
    title 'By size'
    sort -k2,2nr -k1,1 "$work/table"
    title 'The ten most frequent of those words'
    sort "$work/words" | uniq -c | sort -k1,1nr -k2,2 | head -n 10
    title 'Who speaks of what'
    for word in warranty copyright patent 'public domain' permission; do
        hits=$(xargs grep -liw -e "$word" < "$work/files" | sed 's|.*/||' | sort | tr '\n' ' ')
        printf '%-14s%s\n' "$word" " ${hits:-nobody}"
    done
} > "$report"
cat "$report"
