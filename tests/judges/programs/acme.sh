mkdir -p "$HOME"
bash "$PROGRAM" --help | head -60
bash "$PROGRAM" --version; echo $?
bash "$PROGRAM" --issue; echo $?
bash "$PROGRAM" --nosuch; echo $?
sed '/^main "\$@"/d' "$PROGRAM" > "$HOME/library.sh"
. "$HOME/library.sh"
_startswith abcdef abc; echo $?; _endswith abcdef def; echo $?; _contains abcdef cde; echo $?
echo ABC | _lower_case; echo abc | _upper_case; printf abc | _hex_dump; echo
_getfield "a,b,c" 2 ,; _math 3 + 4; _hasfield a,b,c b ,; echo $?; _url_encode <<< 'a b&c/d'; echo
_is_idn foo; echo $?; echo '{"a":"b", "c":[1]}' | _normalizeJson; _json_encode <<< 'a"b'; echo
_egrep_o 'b+' <<< abbbc; _h2b <<< 414243; echo; _ascii_hex <<< abc; echo; _tail_n 1 <<< $'a\nb'
_secure_debug x; DEBUG=2 _debug2 hello world 2>&1; _usage hello; _info hi
_date2time "2020-01-01 00:00:00"; _sort_all() { sort; }; declare -F | wc -l
_saveaccountconf A b; echo $?
for word in 'a b' x.y '*'; do _exists "$word"; echo $?; done
