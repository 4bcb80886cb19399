#!/usr/bin/env zsh
# SPDX-License-Identifier: MIT
# usage: complete.zsh SCRIPT LINE: what zsh offers at the end of the line, one to a line. Its line editor works on a
# terminal only: without one, which zpty makes, the exit status is 77.
zmodload zsh/zpty || exit 77
zpty completer 'TERM=dumb zsh -f -i' 2>/dev/null || exit 77
zpty -w completer "PS1= PS2= RPS1= ; unsetopt zle_bracketed_paste 2>/dev/null; stty -echo -onlcr 2>/dev/null"
zpty -w completer "autoload -Uz compinit && compinit -D -u; source ${(q)1}"
zpty -w completer 'zstyle ":completion:*" format ""; zstyle ":completion:*" list-grouped false; LISTMAX=10000'
# What is offered goes out between marks, and nothing is inserted.
zpty -w completer 'compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits
    builtin compadd -O hits "$@"
    local hit
    for hit in $hits; do print -r -- "<hit>$hit</hit>"; done
}'
zpty -w completer 'finish() { zle complete-word; print -r -- "<done>"; exit }; zle -N finish; bindkey "^I" finish; print "<""ready>"'
zpty -r completer output '*<ready>*'
zpty -n -w completer "$2"$'\t'
output=
while zpty -r completer piece; do
    output+=$piece
    [[ $output == *'<done>'* ]] && break
done
zpty -d completer 2>/dev/null
print -r -- "$output" | tr -d '\r' | sed -n 's/.*<hit>\(.*\)<\/hit>.*/\1/p' | sed 's/\\ / /g'
