#!/bin/sh
# User story 3: several models. Each is reached by its name, roles and habitual names are understood, and the answer says who.
#
# Needs curl, a running stack, and nothing else; changes nothing. Ends with 0 when all is well, else with 1.
#
#   LOCALAI_URL       the gateway; http://127.0.0.1:8080 when not given
#   LOCALAI_API_KEY   its key; what `localai key show` prints when not given
#   LOCALAI           the command, e.g. "npx localai"; when it is there, `verify` looks closer
set -u

url=${LOCALAI_URL:-http://127.0.0.1:8080}
localai=${LOCALAI:-localai}
have_localai() { command -v "${localai%% *}" >/dev/null 2>&1; }
# The command may be two words.
# shellcheck disable=SC2086
run_localai() { have_localai && $localai "$@"; }
key=${LOCALAI_API_KEY:-$(run_localai key show 2>/dev/null)}
failed=0
ok() { printf 'ok    %s\n' "$1"; }
fail() {
  failed=1
  printf 'FAIL  %s\n' "$1"
}
finish() {
  if [ "$failed" -eq 0 ]; then printf 'Passed.\n'; else printf 'Failed.\n'; fi
  exit "$failed"
}
ask() { curl -sS --max-time 600 -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$@" 2>&1; }
# expect WHAT PATTERN TEXT
expect() {
  if printf '%s' "$3" | grep -Eq "$2"; then ok "$1"; else fail "$1: $(printf '%s' "$3" | head -c 300)"; fi
}
# closer CHECKS: the same questions as an editor asks them, answers looked at to the last field
closer() {
  have_localai || { printf 'note  %s is not here: no closer look\n' "$localai"; return; }
  if LOCALAI_URL=$url LOCALAI_API_KEY=$key run_localai verify -q --only "$1"; then ok "verify: $1"; else fail "verify: $1"; fi
}

# served_by MODEL: who answers a request for it
served_by() {
  ask -o /dev/null -D - "$url/v1/chat/completions" -d "{\"model\": \"$1\", \"max_tokens\": 8,
    \"messages\": [{\"role\": \"user\", \"content\": \"Say hello.\"}]}" |
    tr -d '\r' | sed -n 's/^[Xx]-[Ll]ocalai-[Mm]odel: //p'
}

models=$(ask "$url/v1/models" | tr '{' '\n' | sed -nE 's/^"id": ?"([^"]+)".*/\1/p')
if [ -n "$models" ]; then ok 'models are listed'; else fail 'no models are listed'; fi
for model in $models; do
  who=$(served_by "$model")
  if [ "$who" = "$model" ]; then ok "$model answers"; else fail "$model: answered by ${who:-nobody}"; fi
done
for name in deepseek-coder qwen-coder mistral qwen-general no-such-model; do
  who=$(served_by "$name")
  if [ -n "$who" ]; then ok "$name means $who"; else fail "$name: nobody answers"; fi
done
expect 'each model says what it is for' '"specialization": ?"(python-coding|general-purpose)"' "$(ask "$url/v1/models")"
closer models,chat,tool-forced,json-schema
finish
