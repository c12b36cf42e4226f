#!/bin/sh
# `program.sh install` finds the program that belongs to this tree of the action, checks its hash, and names both to the
# next step. `program.sh run` checks the hash once more and becomes the program.
#
# POSIX sh, and nothing that busybox lacks. With the program in the tool cache already, it starts one process: the hash.
# `run` reads DO_DEPLOY_BIN and DO_DEPLOY_SHA256, what `install` put out; all else is for `install`.
# Environment: GITHUB_ACTION_PATH, GITHUB_OUTPUT, RUNNER_TEMP, RUNNER_TOOL_CACHE (may be missing),
# DO_DEPLOY_OS and DO_DEPLOY_ARCH (as the runner names them), DO_DEPLOY_BUILD_FROM_SOURCE (true or false),
# DO_DEPLOY_MIRROR (https://, http:// or file://, a folder of the same files: the hash is pinned, the place is not),
# DO_DEPLOY_DOWNLOAD_SECONDS and DO_DEPLOY_DOWNLOAD_SILENCE (how long one attempt may take, and how long hear nothing).

# Where `sh` is bash, functions that an earlier step exported come along. Special built-ins win over them; what else is
# used here is freed of them first.
unset -f [ cargo cd chmod command cp curl find kill mkdir mktemp mv openssl printf pwd read rm sha256sum shasum sleep sort \
  timeout umask uname wait wget || :
set -eu

newline='
'
temporary='' said='' ended=none

# What the runner would take for the end of a command's text, as it wants it written.
escaped() {
  carriage_return=$(printf '\r')
  escaped=''
  rest=$1
  while :; do
    case $rest in
      *[%"$carriage_return$newline"]*)
        head=${rest%%[%"$carriage_return$newline"]*}
        rest=${rest#"$head"}
        case $rest in
          %*) code=%25 ;;
          "$carriage_return"*) code=%0D ;;
          *) code=%0A ;;
        esac
        escaped=$escaped$head$code
        rest=${rest#?}
        ;;
      *)
        escaped=$escaped$rest
        return
        ;;
    esac
  done
}

fail() {
  escaped "$1"
  printf '::error::%s\n' "$escaped"
  exit "${2:-2}"
}

no_room() {
  fail "nothing can be written into \`$1\`: make room there, or make it writable"
}

# A tree without it would end in the shell's own words.
must_have() {
  [ -f "$GITHUB_ACTION_PATH/$1" ] && [ -r "$GITHUB_ACTION_PATH/$1" ] ||
    fail "\`$GITHUB_ACTION_PATH/$1\` cannot be read: the action's tree is not whole, so check it out again"
}

# A result that is unknown is not a mistake in the workflow: the program's own exit code for it.
unknown=3

# shellcheck disable=SC2329 # the trap calls it
clean_up() {
  trap '' INT TERM
  if [ "${!:-none}" != "$ended" ]; then
    # KILL: a TERM can be lost while the child is still this shell, and then it would write what is removed here. First
    # as a group, which `timeout` makes of itself and its command.
    kill -s KILL -- "-$!" 2>/dev/null || kill -s KILL "$!" 2>/dev/null || :
    wait "$!" 2>/dev/null || :
  fi
  if [ -n "$temporary$said" ]; then rm -f "$temporary" "$said"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Waits for the command that was started last, so that a signal to this process ends it, too.
attend() {
  code=0
  wait "$!" || code=$?
  ended=$!
  return "$code"
}

# Sets `digest` to the SHA-256 of a file. openssl before shasum, which is a Perl program and slow to start.
digest() {
  if command -v sha256sum >/dev/null; then
    digest=$(sha256sum <"$1") || digest=unreadable
    digest=${digest%% *}
  elif command -v openssl >/dev/null; then
    digest=$(openssl dgst -sha256 <"$1") || digest=unreadable
    digest=${digest##* }
  elif command -v shasum >/dev/null; then
    digest=$(shasum -a 256 <"$1") || digest=unreadable
    digest=${digest%% *}
  else
    fail "the program's hash cannot be checked: install \`sha256sum\`, \`openssl\` or \`shasum\` in the job's container"
  fi
}

finish() {
  case $1 in
    *"$newline"*) fail "the path of the program, \`$1\`, has more than one line" ;;
  esac
  { printf 'bin=%s\nversion=%s\nsha256=%s\n' "$1" "$2" "$3" >>"$GITHUB_OUTPUT"; } 2>/dev/null || no_room "$GITHUB_OUTPUT"
  exit 0
}

# The version of this tree, from its Cargo.toml: the first line `version = "…"` is the package's.
read_tree() {
  must_have Cargo.toml
  tree=''
  while read -r key equals value || [ -n "$key" ]; do
    if [ "$key $equals" = 'version =' ]; then
      tree=${value#\"}
      tree=${tree%\"*}
      break
    fi
  done <"$GITHUB_ACTION_PATH/Cargo.toml"
  is_version "$tree" || fail "the version in the action's Cargo.toml cannot be read"
}

is_version() {
  case $1 in
    *[!0-9A-Za-z.+-]* | [!0-9]* | '') return 1 ;;
    *.*.*) ;;
    *) return 1 ;;
  esac
}

# Sets `version`, `sha` and `url` for this target; `version` stays empty where there is no line for it.
read_manifest() {
  must_have action/manifest.txt
  version='' sha='' url='' released=''
  while read -r name its_version its_sha its_url rest || [ -n "$name" ]; do
    case $name in
      '' | '#'*) continue ;;
    esac
    wrong="the action's manifest has a line that cannot be understood: \`$name $its_version $its_sha $its_url $rest\`"
    is_version "$its_version" || fail "$wrong"
    case $its_sha in
      *[!0-9a-f]*) fail "$wrong" ;;
    esac
    [ "${#its_sha}" = 64 ] || fail "$wrong"
    case $its_url in
      *[!0-9A-Za-z.:/_%~+-]*) fail "$wrong" ;;
      https://*/?*) ;;
      *) fail "$wrong" ;;
    esac
    [ -z "$rest" ] || fail "$wrong"
    [ "${released:-$its_version}" = "$its_version" ] || fail "the action's manifest has lines of two versions, $released and $its_version"
    released=$its_version
    if [ "$name" = "$target" ]; then
      [ -z "$version" ] || fail "the action's manifest has two lines for \`$target\`"
      version=$its_version sha=$its_sha url=$its_url
    fi
  done <"$GITHUB_ACTION_PATH/action/manifest.txt"
}

# Whether the download's file can still grow, by more than what is left of a file system's last block.
has_room() {
  { printf '%65536s' '' >>"$temporary"; } 2>/dev/null
}

# One attempt. Returns 2 where another one would end the same, and 3 where the file cannot be written.
fetch() {
  code=0
  outcome=0
  status=''
  case $1 in
    file://*) cp "${1#file://}" "$temporary" 2>"$said" & attend || outcome=2 ;;
    *)
      if command -v curl >/dev/null; then
        # A mirror may be without TLS, and then its redirections as well.
        case $1 in
          https://*) protocols='=https' ;;
          *) protocols='=https,http' ;;
        esac
        # `-q`: no configuration of the machine's user may change what this means.
        curl -q --proto "$protocols" --proto-redir "$protocols" --fail --silent --show-error --location \
          --connect-timeout 10 --speed-limit 1024 --speed-time "$silence" --max-time "$seconds" \
          --write-out '\n%{http_code}' --output "$temporary" "$1" >"$said" 2>&1 &
      elif command -v wget >/dev/null; then
        # Only what busybox knows as well; it limits silence, `timeout` the whole. `WGETRC`, as `-q` of curl: GNU's would
        # run a command that the user's file names. It takes a regular file alone, and this one is still empty then.
        # https://www.gnu.org/software/wget/manual/html_node/Wgetrc-Location.html
        if command -v timeout >/dev/null; then
          WGETRC=$said timeout "$seconds" wget -q -T "$silence" -t 1 -O "$temporary" "$1" >"$said" 2>&1 &
        else
          WGETRC=$said wget -q -T "$silence" -t 1 -O "$temporary" "$1" >"$said" 2>&1 &
        fi
      else
        fail "neither \`curl\` nor \`wget\` is there to download the program: install one in the job's container"
      fi
      attend || outcome=1
      ;;
  esac
  if [ "$outcome" != 0 ]; then
    # 23 is curl's own number for it; the others are asked by writing.
    if [ "$code" = 23 ] || ! has_room; then
      outcome=3
      return 3
    fi
  fi
  why=''
  while read -r line || [ -n "$line" ]; do
    case $line in
      4[0-9][0-9]) status=$line ;;
      [0-9][0-9][0-9] | '') ;;
      *) why=$line ;;
    esac
  done <"$said"
  case $outcome$status in
    1408 | 1429) ;;
    14*) outcome=2 ;;
  esac
  return "$outcome"
}

# Returns 1 where the file cannot be written.
download() {
  seconds=${DO_DEPLOY_DOWNLOAD_SECONDS:-120}
  silence=${DO_DEPLOY_DOWNLOAD_SILENCE:-20}
  case /$seconds/$silence/ in
    */0* | *[!0-9/]*) fail "\`DO_DEPLOY_DOWNLOAD_SECONDS\` and \`DO_DEPLOY_DOWNLOAD_SILENCE\` cannot be \`$seconds\` and \`$silence\`: give whole seconds" ;;
  esac
  attempt=1
  while :; do
    fetch "$1" || :
    case $outcome in
      0) return 0 ;;
      3) return 1 ;;
    esac
    if [ "$outcome" = 2 ] || [ "$attempt" = 4 ]; then
      fail "the program could not be downloaded from $1: ${why:-no answer in time} (attempt $attempt of 4); run again, or name a mirror in \`DO_DEPLOY_MIRROR\`" "$unknown"
    fi
    sleep "$attempt"
    attempt=$((attempt + 1))
  done
}

# Sets `source`, where the release's program is downloaded from.
choose_source() {
  source=$url
  if [ -n "${DO_DEPLOY_MIRROR:-}" ]; then
    case $DO_DEPLOY_MIRROR in
      *://*@*) fail "\`DO_DEPLOY_MIRROR\` has a user in it, whose password would be seen in logs and in the list of processes: name a mirror that needs none" ;;
      https://* | http://* | file://*) source=${DO_DEPLOY_MIRROR%/}/${url##*/} ;;
      *) fail "\`DO_DEPLOY_MIRROR\` is not a valid download location: begin it with \`https://\`, \`http://\` or \`file://\`" ;;
    esac
  fi
}

# Downloads the program into a folder. Returns 1 where nothing can be written there: full, or not ours.
download_into() {
  mkdir -p "$1" 2>/dev/null && [ -w "$1" ] || return 1
  if [ -d "$1/do-deploy" ]; then
    printf 'Remove %s: it is a folder where the program belongs\n' "$1/do-deploy"
    return 1
  fi
  temporary=$(mktemp "$1/.download.XXXXXX" 2>/dev/null) || return 1
  if [ -z "$said" ]; then
    said=$(mktemp "$RUNNER_TEMP/do-deploy.XXXXXX" 2>/dev/null) || no_room "$RUNNER_TEMP"
  fi
  download "$source" || return 1
  digest "$temporary"
  if [ "$digest" != "$sha" ]; then
    fail "the program from $source is not the one that belongs to this commit of the action: its hash is $digest, the manifest says $sha"
  fi
  chmod 755 "$temporary" || return 1
  # Within one folder a rename is atomic: of two jobs at once the later wins, with the same bytes.
  mv -f "$temporary" "$1/do-deploy" || return 1
  temporary=''
}

# Where the release's program is or will be: the tool cache, else the job's own folder.
install_release() {
  place=do-deploy/$version/${sha%"${sha#????????????????}"}
  for root in "${RUNNER_TOOL_CACHE:-}" "$RUNNER_TEMP"; do
    [ -n "$root" ] || continue
    program=$root/$place/do-deploy
    if [ -f "$program" ] && [ -x "$program" ]; then
      digest "$program"
      [ "$digest" = "$sha" ] && finish "$program" "$version" "$sha"
      printf 'The do-deploy in %s has the hash %s and not %s: it is not used\n' "$root" "$digest" "$sha"
    fi
  done

  choose_source
  tried=''
  for root in "${RUNNER_TOOL_CACHE:-}" "$RUNNER_TEMP"; do
    [ -n "$root" ] || continue
    if download_into "$root/$place"; then
      printf 'do-deploy %s for %s, its hash checked\n' "$version" "$target"
      finish "$root/$place/do-deploy" "$version" "$sha"
    fi
    if [ -n "$temporary" ]; then rm -f "$temporary"; fi
    temporary=''
    tried="${tried:+$tried or }\`$root\`"
  done
  fail "the program cannot be written into $tried: make room there, or make one of them writable"
}

# What cargo and rustup would obey above the action's folder, where an earlier job of a self-hosted runner can write: a
# configuration names linkers, wrappers and registries, a toolchain file whole compilers. `$CARGO_HOME/config.toml` is the
# runner's own, and Cargo.toml's `[workspace]` ends the search for one.
# https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure
# https://rust-lang.github.io/rustup/overrides.html
refuse_configuration() {
  own=${CARGO_HOME:-${HOME:-}/.cargo}
  own=$(CDPATH='' cd -P "$own" 2>/dev/null && pwd -P) || own=''
  above=$(pwd -P)
  while [ "$above" != / ] && [ -n "$above" ]; do
    above=${above%/*}
    for name in .cargo/config.toml .cargo/config rust-toolchain.toml rust-toolchain; do
      if [ -e "$above/$name" ] || [ -L "$above/$name" ]; then
        case $name in
          .cargo/*) found=$(CDPATH='' cd -P "$above/.cargo" 2>/dev/null && pwd -P) || found='' ;;
          *) found='' ;;
        esac
        [ -n "$found" ] && [ "$found" = "$own" ] ||
          fail "\`$above/$name\` would change how the program is built, and it belongs neither to this commit of the action nor to \`CARGO_HOME\`: remove it, or pin the action to a release"
      fi
    done
  done
}

# Kept in the job's own folder, which the runner empties: a program that another job has built has no hash to check it
# by. Its place has the hash of the whole tree in it, so that another commit of the action never gets it.
build() {
  reason=$1
  cd "$GITHUB_ACTION_PATH"
  refuse_configuration
  temporary=$(mktemp "$RUNNER_TEMP/do-deploy.XXXXXX" 2>/dev/null) || no_room "$RUNNER_TEMP"
  if command -v sha256sum >/dev/null; then
    set -- sha256sum
  elif command -v openssl >/dev/null; then
    set -- openssl dgst -sha256
  else
    set -- shasum -a 256
  fi
  find . \( -name target -o -name .git \) -prune -o -type f -exec "$@" {} + | sort >"$temporary" || no_room "$RUNNER_TEMP"
  digest "$temporary"
  folder=$RUNNER_TEMP/do-deploy/$tree/source-$digest
  if [ ! -x "$folder/bin/do-deploy" ]; then
    command -v cargo >/dev/null || fail "$reason: there is no \`cargo\` to build the program from this commit; pin the action to a release, or install a Rust toolchain in an earlier step"
    printf 'Building do-deploy %s from this commit of the action\n' "$tree"
    # From the action's own folder: cargo obeys the configuration of where it is, and the workspace may be a stranger's.
    # Into the job's: what lies compiled in `target`, or where a variable says, would be linked as it is.
    # https://doc.rust-lang.org/cargo/commands/cargo-install.html#option-cargo-install---target-dir
    cargo install --quiet --locked --no-default-features --path . --target-dir "$folder/target" --root "$folder" &
    attend || fail "do-deploy could not be built from this commit of the action: cargo says why above" "$unknown"
  fi
  digest "$folder/bin/do-deploy"
  finish "$folder/bin/do-deploy" "$tree" "$digest"
}

# Becomes the program. Between the two steps a process that an earlier job of this runner left could have changed it.
run() {
  digest "${DO_DEPLOY_BIN:?}"
  [ "$digest" = "${DO_DEPLOY_SHA256:?}" ] ||
    fail "\`$DO_DEPLOY_BIN\` was changed after its hash had been checked, so it is not started: something else on this runner writes there; use an ephemeral runner"
  exec "$DO_DEPLOY_BIN" action
}

if [ "${1-}" = run ]; then
  run
fi
LC_ALL=C
export LC_ALL
umask 022

missing=''
[ -n "${GITHUB_ACTION_PATH:-}" ] || missing=GITHUB_ACTION_PATH
[ -n "${GITHUB_OUTPUT:-}" ] || missing=GITHUB_OUTPUT
[ -n "${RUNNER_TEMP:-}" ] || missing=RUNNER_TEMP
[ -z "$missing" ] || fail "the variable \`$missing\` is not set: only a runner of GitHub Actions can start the action's steps"

case ${DO_DEPLOY_BUILD_FROM_SOURCE:-false} in
  false | False | FALSE) from_source=false ;;
  true | True | TRUE) from_source=true ;;
  *) fail "the input \`build-from-source\` cannot be \`$DO_DEPLOY_BUILD_FROM_SOURCE\`: give \`true\` or \`false\`" ;;
esac

os=${DO_DEPLOY_OS:-$(uname -s)}
arch=${DO_DEPLOY_ARCH:-$(uname -m)}
case $os-$arch in
  Linux-X64 | Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64 | Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  macOS-ARM64 | Darwin-arm64) target=aarch64-apple-darwin ;;
  Linux-* | macOS-* | Darwin-*) target='' ;;
  *) fail "do-deploy does not run on $os: choose a runner with Linux (X64, ARM64) or macOS (ARM64)" ;;
esac

read_tree
if [ "$from_source" = true ]; then
  build "\`build-from-source\` is set"
fi
if [ -z "$target" ]; then
  fail "there is no do-deploy for $os $arch: choose a runner with Linux X64, Linux ARM64 or macOS ARM64, or set \`build-from-source: true\` where \`cargo\` is"
fi
read_manifest
if [ "$released" != "$tree" ]; then
  build "this commit of the action, $tree, is not a release"
fi
[ -n "$version" ] || fail "release $released has no program for $os $arch: set \`build-from-source: true\` where \`cargo\` is"
install_release
