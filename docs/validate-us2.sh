#!/bin/sh
# User story 2: the web page in the browser. It loads with what it needs, and what it asks of the gateway is answered.
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

page=$(ask "$url/")
expect 'the page loads' '<(!doctype|html)' "$(printf '%s' "$page" | tr '[:upper:]' '[:lower:]')"
for path in $(printf '%s' "$page" | grep -Eo '(src|href)="\.?/[^"]+"' | sed -E 's/^[a-z]+="\.?//; s/"$//'); do
  expect "it finds $path" '^200$' "$(curl -sS -o /dev/null -w '%{http_code}' "$url$path" 2>&1)"
done
expect 'pages of this machine may ask' '[Aa]ccess-[Cc]ontrol-[Aa]llow-[Oo]rigin' \
  "$(curl -sS -o /dev/null -D - -X OPTIONS -H 'Origin: http://localhost:5173' \
    -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization' \
    "$url/v1/chat/completions" 2>&1)"
expect 'it can list the models' '"object": ?"list"' "$(ask "$url/v1/models")"
expect 'it can stream an answer' 'data: \[DONE\]' "$(ask -N "$url/v1/chat/completions" -d '{
  "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 24, "stream": true}')"
closer ui,models,stream,usage,cancel
finish
