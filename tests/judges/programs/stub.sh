#!/bin/sh
# A tool that is there, says its name, and does nothing.
case $1 in --version | -v | -V) echo "stub ${0##*/} 1.0" ;; esac
exit 0
