#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: complete.bash SCRIPT LINE: what bash offers at the end of the line, one to a line.
set -u
# shellcheck source=/dev/null
. "$1"
read -r -a words <<<"${2//=/ = }"
[[ $2 != *[\ =] ]] || words+=('')
COMP_WORDS=("${words[@]}")
COMP_CWORD=$((${#words[@]} - 1))
_certmap
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
