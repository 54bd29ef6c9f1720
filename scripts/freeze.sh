#!/usr/bin/env bash
# Prints constraints.txt for the environment in .venv: exact versions, no build suffixes, nothing local.
set -euo pipefail
cd "$(dirname "$0")/.."

echo '# The versions the tests ran with. `make setup` installs no others.'
echo '# Made anew from an environment whose tests pass: scripts/freeze.sh > constraints.new && mv constraints.new constraints.txt'
.venv/bin/python -m pip freeze --exclude-editable --exclude headwater |
  grep -v -E ' @ |^-e ' |
  sed -E 's/^([A-Za-z0-9_.-]+==[^+]+)\+.*$/\1/'
