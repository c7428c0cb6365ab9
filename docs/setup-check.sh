#!/bin/sh
# Checks whether this machine is set up for vLLM in Docker on an NVIDIA card: Docker, nvidia-smi, container toolkit,
# disk. Needs nothing but a POSIX shell; changes nothing. `localai doctor` checks a hundred things more.
#
#   sh setup-check.sh            ends with 0 when all is there, with 1 when something is missing
#   DISK_GB=50 sh setup-check.sh  asks for that much free disk (default 50: 35 for the image, 15 for a model)
set -u

failed=0
ok() { printf 'ok    %s\n' "$1"; }
fail() {
  failed=1
  printf 'FAIL  %s\n' "$1"
  [ $# -lt 2 ] || printf '      %s\n' "$2"
}
note() { printf 'note  %s\n' "$1"; }
have() { command -v "$1" >/dev/null 2>&1; }

# Version $1 is at least $2; numbers only, dots between.
at_least() {
  awk -v have="$1" -v want="$2" 'BEGIN {
    split(have, h, /[^0-9]+/); n = split(want, w, /[^0-9]+/)
    for (i = 1; i <= n; i++) {
      if (h[i] + 0 > w[i] + 0) exit 0
      if (h[i] + 0 < w[i] + 0) exit 1
    }
    exit 0
  }'
}

check_driver() {
  smi=nvidia-smi
  have "$smi" || smi=/usr/lib/wsl/lib/nvidia-smi
  if ! have "$smi"; then
    fail 'nvidia-smi is not there: no NVIDIA driver' \
      'Install the driver, 580 or newer: https://www.nvidia.com/drivers'
    return
  fi
  if ! cards=$("$smi" --query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits 2>&1); then
    fail "nvidia-smi fails: $(printf '%s\n' "$cards" | head -n 1)" 'Restart the machine; if it stays, install the driver anew.'
    return
  fi
  version=
  while IFS= read -r card; do
    [ -n "$card" ] || continue
    ok "card: $card MiB"
    version=$(printf '%s\n' "$card" | awk -F', *' '{ print $2 }')
  done <<LIST
$cards
LIST
  if [ -z "$version" ]; then
    fail 'nvidia-smi names no card'
  elif at_least "$version" 580; then
    ok "driver $version is new enough for vLLM's image (580)"
  else
    fail "driver $version is older than 580, which vLLM's image needs" 'Install a newer driver: https://www.nvidia.com/drivers'
  fi
}

check_docker() {
  if ! have docker; then
    fail 'docker is not there' 'Install it: https://docs.docker.com/engine/install/'
    return 1
  fi
  # Only stderr is looked at when it fails; the plain answer is the version.
  if version=$(docker version --format '{{.Server.Version}}' 2>&1) && [ -n "$version" ]; then
    ok "Docker engine $version answers"
  else
    case $version in
      *'permission denied'*)
        # The variable is for whoever copies the line.
        # shellcheck disable=SC2016
        fail 'this user may not use Docker' 'sudo usermod -aG docker "$USER", then log in again'
        ;;
      *) fail "the Docker engine does not answer: $(printf '%s\n' "$version" | awk 'NF { print; exit }')" 'sudo systemctl enable --now docker' ;;
    esac
    return 1
  fi
  if compose=$(docker compose version --short 2>/dev/null) && [ -n "$compose" ]; then
    if at_least "${compose#v}" 2.23.1; then ok "Compose $compose"; else fail "Compose $compose is older than 2.23.1" 'Update docker-compose-plugin.'; fi
  else
    fail 'Docker has no Compose v2' 'Install docker-compose-plugin (Ubuntu: docker-compose-v2, Arch: docker-compose).'
  fi
}

check_toolkit() {
  if have nvidia-ctk; then
    ok "container toolkit: $(nvidia-ctk --version 2>/dev/null | head -n 1)"
  elif have nvidia-container-runtime; then
    ok 'container toolkit: nvidia-container-runtime is there'
  else
    fail "NVIDIA's container toolkit is not there" \
      'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'
    return
  fi
  runtimes=$(docker info --format '{{range $name, $_ := .Runtimes}}{{$name}} {{end}}' 2>/dev/null)
  specs=$(ls /etc/cdi/*nvidia* /var/run/cdi/*nvidia* 2>/dev/null)
  case " $runtimes " in
    *' nvidia '*) ok 'Docker knows the nvidia runtime' ;;
    *)
      if [ -n "$specs" ]; then
        ok "CDI specification: $(printf '%s' "$specs" | tr '\n' ' ')"
      else
        fail 'Docker knows no way to the card' 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker'
      fi
      ;;
  esac
}

# Free gigabytes of the disk that holds $1, or its nearest parent.
free_gb() {
  place=$1
  while [ ! -e "$place" ] && [ "$place" != / ]; do place=$(dirname "$place"); done
  df -Pk "$place" 2>/dev/null | awk 'NR == 2 { printf "%d", $4 * 1024 / 1000000000 }'
}

check_disk() {
  root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)
  for place in "${root:-/var/lib/docker}" "${HF_HOME:-$HOME/.cache/huggingface}"; do
    free=$(free_gb "$place")
    if [ -z "$free" ]; then
      note "the disk of $place could not be looked at"
    elif [ "$free" -ge "${DISK_GB:-50}" ]; then
      ok "$free GB free for $place"
    else
      fail "$free GB free for $place; ${DISK_GB:-50} are wanted" 'Free some, or move it to another disk.'
    fi
  done
}

check_driver
if check_docker; then check_toolkit; else note 'the container toolkit was not checked: Docker comes first'; fi
check_disk

if [ "$failed" -eq 0 ]; then
  printf 'All is there: npx localai up\n'
else
  printf 'Something is missing. Without an NVIDIA card localai serves on the processor: npx localai up\n'
fi
exit "$failed"
