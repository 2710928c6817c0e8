#!/usr/bin/env bash
# `npm pack` gives a package that installs in an empty folder elsewhere and whose demo works there.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
elsewhere="$(mktemp -d)"
trap 'rm -rf "$elsewhere"' EXIT
cd "$elsewhere"
tarball="$(npm pack --silent --pack-destination "$elsewhere" "$root" | tail -n 1)"
npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund "./$tarball" >/dev/null
npx --no-install polyad demo --once
