export NVM_DIR=$HOME/nvm; mkdir -p "$NVM_DIR" "$HOME"
. "$PROGRAM" --no-use
type -t nvm
nvm --version
nvm_version_greater 1.2.3 1.2.2; echo $?
nvm_version_greater v10.2.3 v9.99.2; echo $?
nvm_normalize_version v10.20.30
nvm_ensure_version_prefix 4.5.6
nvm_format_version 4
nvm_format_version v1.2
nvm_num_version_groups v1.2.3
nvm_strip_path "/a:$NVM_DIR/versions/node/v1/bin:/b" /bin
nvm_is_valid_version v1.2.3; echo $?
nvm_is_valid_version foo; echo $?
nvm alias; echo $?
nvm which 4; echo $?
nvm alias default 9; echo $?
nvm alias
nvm unalias default
nvm help | head -20
nvm_get_os; nvm_get_arch
nvm_make_alias foo 1.2.3; nvm_alias foo; nvm_resolve_alias foo
nvm_tree_contains_path /a /a/b/c; echo $?
nvm_find_up nothing; nvm_find_nvmrc
echo "lts/*" > $HOME/.nvmrc; (cd $HOME; nvm_find_nvmrc; nvm_rc_version; echo "$NVM_RC_VERSION")
nvm_sanitize_path "$HOME/x:$NVM_DIR/y"
nvm_get_colors; nvm_set_colors rgbym; echo $?
nvm_is_natural_num 5; echo $?; nvm_is_natural_num x; echo $?
nvm unload; type nvm 2>&1 | head -1
nvm_list_aliases; declare -F | wc -l
