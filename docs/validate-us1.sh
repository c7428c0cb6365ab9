#!/bin/sh
# User story 1: an editor talks to the model. Health, readiness, models, a completion, a stream, the key.
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

expect 'the gateway is alive' '"status": ?"healthy"' "$(ask "$url/health")"
expect 'a model is ready' '"status": ?"ready"' "$(ask "$url/ready")"
expect 'models are listed' '"object": ?"list".*"id"' "$(ask "$url/v1/models")"
expect 'without a key nothing is answered' '^401$' \
  "$(curl -sS -o /dev/null -w '%{http_code}' "$url/v1/models" 2>&1)"
expect 'a chat is answered' '"content": ?"[^"]' "$(ask "$url/v1/chat/completions" -d '{
  "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 24}')"
expect 'a chat is streamed to its end' 'data: \[DONE\]' "$(ask -N "$url/v1/chat/completions" -d '{
  "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 24, "stream": true}')"
expect 'a text is completed' '"text": ?"[^"]' "$(ask "$url/v1/completions" -d '{
  "prompt": "def add(a, b):\n    return", "max_tokens": 16}')"
closer health,ready,models,wrong-key,chat,stream,usage,completion
finish
