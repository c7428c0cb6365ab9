#!/bin/sh
# All user stories, then everything that `localai verify` knows. Takes the same variables as the single scripts.
# Ends with 0 when all is well, else with 1.
set -u

here=$(dirname "$0")
failed=0
for story in us1 us2 us3; do
  printf '== %s\n' "$story"
  sh "$here/validate-$story.sh" || failed=1
done

localai=${LOCALAI:-localai}
if command -v "${localai%% *}" >/dev/null 2>&1; then
  printf '== verify\n'
  # The command may be two words.
  # shellcheck disable=SC2086
  $localai verify -q || failed=1
else
  printf 'note  %s is not here: no closer look\n' "$localai"
fi
exit "$failed"
