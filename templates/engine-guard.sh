#!/bin/sh
# engine-guard PROGRAM ARGUMENT...
#
# Becomes PROGRAM, which ends when whoever started us does, however that ends: stdin is a pipe that our starter holds
# open. PROGRAM keeps our process number, so that its starter can signal and measure it.

# Runs beside PROGRAM, as its child. $1: the number of PROGRAM.
# shellcheck disable=SC2016
watch='
  parent() {
    if [ -r "/proc/$$/status" ]; then sed -n "s/^PPid:[[:space:]]*//p" "/proc/$$/status"
    else ps -o ppid= -p "$$" | tr -d " "
    fi
  }
  # Only while it is still our parent: its number may be that of another process by now.
  tell() { [ "$(parent)" = "$2" ] && kill "-$1" "$2"; }
  while read -r _; do :; done
  tell TERM "$1"
  seconds=0
  while [ "$(parent)" = "$1" ] && [ "$seconds" -lt 10 ]; do
    sleep 1
    seconds=$((seconds + 1))
  done
  # And its whole group, us included: workers of its own may not notice that it is gone.
  [ "$(ps -o pgid= -p "$$" | tr -d " ")" = "$1" ] && kill -KILL "-$1"
  tell KILL "$1"
'

# What runs in the background has no stdin of its own, unless it is handed over by another number.
exec 3<&0
sh -c "$watch" engine-guard "$$" <&3 3<&- >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
