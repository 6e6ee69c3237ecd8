#!/bin/sh
# A compiler that accepts everything: objects are empty, programs succeed.
out=a.out mode=link src=
while [ $# -gt 0 ]; do
  case $1 in
    --version|-V) echo "stubcc 1.0"; exit 0 ;;
    -v|-qversion) echo "stubcc 1.0" >&2; exit 0 ;;
    -c) mode=compile ;;
    -E) mode=preprocess ;;
    -S) mode=assemble ;;
    -o) shift; out=$1 ;;
    -print-prog-name=*) echo ld; exit 0 ;;
    -*) ;;
    *) src=$1 ;;
  esac
  shift
done
[ -n "$src" ] || { echo "stubcc: no input files" >&2; exit 1; }
[ -r "$src" ] || { echo "stubcc: $src: No such file" >&2; exit 1; }
if grep -q 'ac_nonexistent\|choke me' "$src"; then echo "stubcc: error" >&2; exit 1; fi
case $mode in
  preprocess) cat "$src" ;;
  assemble) : > "${src%.*}.s" ;;
  compile) if [ "$out" = a.out ]; then b=${src##*/}; out=${b%.*}.o; fi; echo obj > "$out" ;;
  link) printf '#!/bin/sh\nexit 0\n' > "$out"; chmod +x "$out" ;;
esac
