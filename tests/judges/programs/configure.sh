# Runs a configure script out of its tree, with a compiler that accepts everything and no tools but the common ones.
# (sys_lib_dlsearch_path_spec holds the folders that /etc/ld.so.conf names.)
for tool in sh bash sed grep egrep fgrep awk expr cat ls cp mv rm ln mkdir rmdir chmod touch sort uniq tr cut head tail \
  wc date uname hostname basename dirname test true false echo printf sleep env id tee od cmp diff tty pwd install \
  mktemp find nl dd; do
  ln -s "/usr/bin/$tool" "bin/$tool"
done
ln -s cc bin/gcc
PATH=$PWD/bin
mkdir build && cd build || exit 1
CONFIG_SHELL=/bin/bash NM=nm bash "$PROGRAM" --build=x86_64-unknown-linux-gnu CC=cc CXX=cc
echo "status $?"
find . -type f | sort
for made in config.status Makefile config.h pyconfig.h; do
  [ -f "$made" ] && { echo "== $made"; grep -v sys_lib_dlsearch_path_spec "$made"; }
done
exit 0
