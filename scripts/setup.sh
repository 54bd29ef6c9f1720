#!/usr/bin/env bash
# Makes .venv with headwater in it, in the versions constraints.txt names; does nothing when that is done.
#
# In: PYTHON (an interpreter, 3.11 or newer; found by itself when empty), EXTRAS (what to install beside the core).
# Out: .venv/bin/headwater, and a stamp that says what was installed.
set -euo pipefail
cd "$(dirname "$0")/.."

EXTRAS=${EXTRAS:-train,ray,interop,fast,megatron,test}
VENV=.venv
STAMP=$VENV/headwater-setup
APT_LINE='apt-get install -y python3-venv make'

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  shift
  for line in "$@"; do say "  mend: $line"; done
  exit 5
}

apt_hint() {
  if [ "$(id -u)" = 0 ]; then echo "$APT_LINE"; else echo "sudo $APT_LINE"; fi
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    command -v "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON is not a program" "give the path of a Python 3.11 or newer"
    new_enough "$PYTHON" || fail "$("$PYTHON" --version 2>&1) is too old" "headwater needs Python 3.11 or newer: PYTHON=/path/to/python3.11"
    return
  fi
  # python3 first: it is the one whose venv module the system's package brings.
  for PYTHON in python3 python3.13 python3.12 python3.11 python3.14; do
    if command -v "$PYTHON" >/dev/null && new_enough "$PYTHON"; then return; fi
  done
  if command -v python3 >/dev/null; then
    fail "$(python3 --version 2>&1) is too old and no newer one was found" \
      "install Python 3.11 or newer, then: make setup PYTHON=/path/to/python3.11"
  fi
  fail "Python is not installed" "on Debian and Ubuntu: $(apt_hint)" "elsewhere: install Python 3.11 or newer"
}

make_venv() {
  if [ -x "$VENV/bin/python" ] && new_enough "$VENV/bin/python" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    return
  fi
  find_python
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "this Python ($(command -v "$PYTHON")) lacks its venv module" "on Debian and Ubuntu: $(apt_hint)"
  say "setup: making $VENV with $("$PYTHON" --version)"
  "$PYTHON" -m venv --clear "$VENV"
}

# What is installed is decided by these files and the folder (a venv cannot be moved); extras only add.
wanted() { { cat pyproject.toml constraints.txt; echo "$PWD"; } | cksum; }

is_done() {
  local files extras extra
  [ -x "$VENV/bin/headwater" ] && { read -r files && read -r extras; } <"$STAMP" || return 1
  [ "$files" = "$(wanted)" ] || return 1
  for extra in ${EXTRAS//,/ }; do [[ ,$extras, == *",$extra,"* ]] || return 1; done
}

if [ -f "$STAMP" ] && is_done; then exit 0; fi

started=$SECONDS
make_venv
rm -f "$STAMP"
say "setup: installing headwater[$EXTRAS] by constraints.txt"
say "setup: about 90 s and 2 GB with PyTorch's CPU build; 6 GB and longer with its CUDA build"
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$EXTRAS]" ||
  fail "pip could not install everything (its own words are above)" \
    "check the network and the free disk space, then give the same command again"
"$VENV/bin/headwater" --version >/dev/null
printf '%s\n' "$(wanted)" "$EXTRAS" >"$STAMP"
say "setup: done in $((SECONDS - started)) s, $(du -sh "$VENV" | cut -f1) in $VENV; try: $VENV/bin/headwater --help"
