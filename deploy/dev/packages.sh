# What Debian 12 must have, by purpose. Installed only when missing, so that a second run asks nobody.

packages_for() {
  case $1 in
    build) echo g++ cmake ninja-build pkg-config ccache lld libpistache-dev libssl-dev libpqxx-dev libpq-dev libhiredis-dev \
      nlohmann-json3-dev libcurl4-openssl-dev libexpected-dev libspdlog-dev libcli11-dev libtomlplusplus-dev \
      prometheus-cpp-dev libkainjow-mustache-dev libargon2-dev libqrencode-dev ;;
    serve) echo postgresql redis-server openssl curl ca-certificates ;;
    balance) echo haproxy ;;
    unit) echo libgtest-dev libgmock-dev ;;
    browser) echo chromium fonts-dejavu-core ;;
    node) echo nodejs npm ;;
    format) echo clang-format ;;
    tidy) echo clang-tidy ;;
    fuzz) echo clang libclang-rt-14-dev ;;
    bench) echo nginx-light ;;
  esac
}

install_packages() {
  local wanted=() missing=() purpose package
  for purpose in "$@"; do
    if [[ $purpose == node ]] && command -v npm >/dev/null; then continue; fi
    # shellcheck disable=SC2207
    wanted+=($(packages_for "$purpose"))
  done
  for package in "${wanted[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  need_root "install ${missing[*]}"
  step "package lists" as_root apt-get update -qq
  step "packages (${#missing[@]})" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

need_root() {  # says what is missing in one line, before anything is tried
  ((EUID == 0)) && return
  command -v sudo >/dev/null || fail "cannot $1: needs root, and there is no sudo"
  sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; } || fail "cannot $1: sudo was refused"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Prints the folder of a node >= 20.19: the system's, else the npm package `node`, kept under build/.
node_folder() {
  local folder
  for folder in "$(dirname "$(command -v node || echo /nowhere/node)")" "$BUILD/node/node_modules/node/bin"; do
    if [[ -x $folder/node ]] && "$folder/node" -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
      echo "$folder"
      return
    fi
  done
  return 1
}

install_node() {
  install_packages node
  if ! node_folder >/dev/null; then
    mkdir -p "$BUILD/node"
    step "Node 22 (npm package)" npm install --prefix "$BUILD/node" --no-audit --no-fund --no-save node@22
    node_folder >/dev/null || fail "npm's package node@22 gave no node that runs"
  fi
  PATH=$(node_folder):$PATH
  export PATH
}
