#!/usr/bin/env bash
# A clean clone in a bare Debian: nothing installed but what the README's one line brings. Needs root and debootstrap.
#
#   tests/bare_debian.sh                 the missing-package messages, then setup, test, demo SIZE=tiny and demo
#   tests/bare_debian.sh setup test      only these; each is a target of the Makefile ("demo-tiny" for SIZE=tiny)
#
# Prints wall time and peak memory of each (the sum over all processes, shared pages counted once).
# BARE_FOLDER  where the system lies (kept, so that a second call needs no debootstrap)
# HOST_FILES   files and folders of this machine to show inside, read-only: pip's configuration, certificates, mirrors
# SUITE        the Debian release; MIRROR: where debootstrap takes it from, when not its default
set -euo pipefail

REPOSITORY=$(cd "$(dirname "$0")/.." && pwd)
BARE_FOLDER=${BARE_FOLDER:-/tmp/headwater-bare-debian}
HOST_FILES=${HOST_FILES:-}
SUITE=${SUITE:-bookworm}
APT_LINE='apt-get install -y python3-venv make'
BASE=$BARE_FOLDER/base-$SUITE
ROOT=$BARE_FOLDER/root
SAMPLE_S=1

say() { printf 'bare-debian: %s\n' "$*"; }

if [ "$(id -u)" != 0 ]; then
  say "needs root (chroot, mount)" >&2
  exit 5
fi

# Own mount and process namespaces: however this ends, no mount and no process stays behind.
if [ -z "${BARE_INSIDE:-}" ]; then
  BARE_INSIDE=1 exec unshare --mount --pid --fork --kill-child bash "$0" "$@"
fi

bare_system() {
  if [ ! -e "$BASE/debootstrap-done" ]; then
    command -v debootstrap >/dev/null || { say "apt-get install -y debootstrap" >&2; exit 5; }
    rm -rf "$BASE"
    debootstrap --variant=minbase "$SUITE" "$BASE" ${MIRROR:+"$MIRROR"} >"$BARE_FOLDER/debootstrap.log"
    touch "$BASE/debootstrap-done"
  fi
  rm -rf "$ROOT"
  cp -a "$BASE" "$ROOT"
  mount -t proc proc "$ROOT/proc"
  mount --rbind /dev "$ROOT/dev"
  cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
  for path in $HOST_FILES; do show "$path"; done
}

# Make a file or folder of this machine visible inside, at the same place.
show() {
  if [ -d "$1" ]; then
    mkdir -p "$ROOT$1"
  else
    mkdir -p "$ROOT$(dirname "$1")"
    touch "$ROOT$1"
  fi
  mount --bind "$1" "$ROOT$1"
  mount -o remount,bind,ro "$ROOT$1"
}

clone() {
  mkdir -p "$ROOT/srv/headwater"
  if [ -n "$(git -C "$REPOSITORY" status --porcelain)" ]; then
    say "the working tree differs from the last commit: taking the tree"
    (cd "$REPOSITORY" && git ls-files -co --exclude-standard -z | xargs -0 -I{} sh -c '[ -e "{}" ] && printf "%s\0" "{}"' |
      tar --null -T - -c) | tar x -C "$ROOT/srv/headwater"
  else
    git clone --quiet --no-hardlinks "$REPOSITORY" "$ROOT/srv/headwater"
    say "clone of $(git -C "$REPOSITORY" rev-parse --short HEAD)"
  fi
}

# Run a command line inside, in the clone, with only what a login has, and pip's and the certificates' variables.
inside() {
  local keep=()
  while IFS= read -r -d '' pair; do
    case $pair in PIP_* | *_CERT=* | *_CERTS=* | SSL_CERT_* | *_CA_BUNDLE=* | *_proxy=* | HEADWATER_*) keep+=("$pair") ;; esac
  done < <(env -0)
  chroot "$ROOT" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    "${keep[@]}" bash -c "cd /srv/headwater && $1" </dev/null
}

# Greatest proportional memory of all processes of this namespace, in MiB, written to a file as it grows.
watch_memory() {
  local peak=0 now
  while sleep "$SAMPLE_S"; do
    # a process that ends while it is read is no reason to stop watching
    now=$({ cat "$ROOT"/proc/[0-9]*/smaps_rollup 2>/dev/null || true; } | awk '/^Pss:/ {sum += $2} END {print int(sum / 1024)}')
    if [ "$now" -gt "$peak" ]; then
      peak=$now
      echo "$peak" >"$BARE_FOLDER/peak"
    fi
  done
}

measured() {
  local name=$1 command=$2 status=0 started=$SECONDS watcher
  echo 0 >"$BARE_FOLDER/peak"
  watch_memory &
  watcher=$!
  inside "$command" 2>&1 | tee "$BARE_FOLDER/$name.log" | sed 's/^/    /' || status=$?
  kill "$watcher" && wait "$watcher" 2>/dev/null || true
  RESULTS+=("$name: exit $status, $((SECONDS - started)) s, peak $(cat "$BARE_FOLDER/peak") MiB")
  say "${RESULTS[-1]}"
  return "$status"
}

# The script must name the one apt-get line where Python, its venv module or make is missing.
messages() {
  expect "without Python" 'scripts/setup.sh'
  inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 >/dev/null"
  expect "without venv" 'scripts/setup.sh'
  expect "without make and venv" '.ci/run' # as a user: root would install them
}

expect() {
  local said
  if [ "$2" = .ci/run ]; then
    said=$(inside "chown -R nobody . && chmod 755 /srv && su -s /bin/bash nobody -c 'cd /srv/headwater && $2' 2>&1" || true)
    inside "chown -R root ."
  else
    said=$(inside "$2" 2>&1 || true)
  fi
  if [[ $said != *"$APT_LINE"* ]]; then
    say "$1: the message does not name the line '$APT_LINE': $said"
    exit 1
  fi
  say "$1: $(tail -n 1 <<<"$said")"
}

install() {
  local started=$SECONDS
  inside "apt-get update -qq && $APT_LINE" >"$BARE_FOLDER/apt.log" 2>&1 || { tail -n 20 "$BARE_FOLDER/apt.log"; exit 1; }
  RESULTS+=("$APT_LINE: $((SECONDS - started)) s")
  say "${RESULTS[-1]}"
}

RESULTS=()
WANTED=("$@")
if [ $# = 0 ]; then WANTED=(messages setup test demo-tiny demo); fi
mkdir -p "$BARE_FOLDER"
bare_system
clone
if [ "${WANTED[0]}" = messages ]; then
  messages
  WANTED=("${WANTED[@]:1}")
fi
install
for name in "${WANTED[@]}"; do
  case $name in
    demo-tiny) measured "$name" 'make demo SIZE=tiny' ;;
    *) measured "$name" "make $name" ;;
  esac
done
say "in all:"
printf '    %s\n' "${RESULTS[@]}"
