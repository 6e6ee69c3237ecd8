BASH_COMPLETION_USER_DIR=/nonexistent PS1='$ '
mkdir -p "$HOME"
shopt -s extglob progcomp
. "$PROGRAM"
echo $?; declare -F | grep -c '_comp_'
try() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
  local spec
  spec=$(complete -p "$1" 2>/dev/null) || { _comp_load "$1"; spec=$(complete -p "$1"); }
  spec=${spec##*-F }
  "${spec%% *}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  printf '%s ' "${COMPREPLY[@]}"; echo
}
cd "$HOME"; mkdir -p tests tools; : >README; : >notes.txt; : >"with space"
try cd te; try cd t; try export HO; try find . -na; try find . -typ; try cat READ; try cat wi; try kill -SI; try umount /nosuch
try chmod --re; try sudo -u no; try gzip --f; try head --by; try wc --li
_comp_compgen -- -W 'alpha beta gamma'; echo "${COMPREPLY[@]}"
_comp_split -F : words a:b:c; echo "${words[@]}"
_comp_dequote "'a b'\\ c"; echo "${REPLY[@]}"
_comp_unlocal x 2>/dev/null; echo $?
_comp_abspath tests/../README; echo "${REPLY#"$HOME"}"
_comp_xfunc_make() { :; }; complete -p | wc -l | awk '{ print $1 > 100 }'
