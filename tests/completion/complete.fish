#!/usr/bin/env fish
# SPDX-License-Identifier: MIT
# usage: complete.fish SCRIPT LINE: what fish offers at the end of the line, one to a line.
source $argv[1]
complete -C $argv[2] | string replace -r '\t.*' '' | string replace -r '^--[a-z0-9]*=' ''
true
