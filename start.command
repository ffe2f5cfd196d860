#!/bin/sh
# Starts BigModel Studio by a double click (macOS, Linux); the first time it installs what is needed into .venv.
cd "$(dirname "$0")" || exit 1
stop() {
  echo "$1"
  printf 'Press Enter to close. '
  read -r _
  exit 1
}
python=""
for found in python3.11 python3.12 python3.13 python3; do
  "$found" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && python=$found && break
done
[ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 is needed: https://www.python.org/downloads/"
if ! [ .venv/app -nt requirements.txt ]; then
  [ -x .venv/bin/python ] || "$python" -m venv .venv || stop "Python's venv module is missing (on Debian: apt install python3-venv)."
  .venv/bin/python install.py || stop "The packages could not be installed; the lines above say why."
  touch .venv/python .venv/app
fi
.venv/bin/python app.py || stop "BigModel Studio ended; the lines above say why."
