#!/bin/sh
# ppm @VERSION@ for @TARGET@: the Deno runtime and the bundled program, as a compressed tar behind these lines.
# The first start unpacks it; every start runs it with the permissions that stand at the end of this text.
# What root unpacks, in /var/cache/ppm, serves all users; any other user unpacks to ${XDG_CACHE_HOME:-~/.cache}/ppm.
set -u
id=@ID@
shared=/var/cache/ppm
[ -e "$PWD" ] || cd / # the working directory is gone
export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"

case $0 in # for units that are to run this file
  /*) PPM_SELF=$0 ;;
  *) PPM_SELF=$PWD/${0#./} ;;
esac

export LC_ALL=C # for messages, and because env would spend half its time on a locale

fail() { printf 'ppm: %s\n' "$1" >&2; exit 1; }

# The home directory, without trusting a HOME that is another user's.
home() {
  [ -O "${HOME:-}" ] && return
  IFS=: read -r _ _ _ _ _ HOME _ <<END
$(getent passwd "$(id -u)")
END
}

# Unpacks to $dir. One at a time, in one fixed place beside it; the name $dir appears when everything is there and on the disk,
# so that neither a kill, a full disk nor a power cut can leave something that is taken for whole.
unpack() {
  [ -O "$cache" ] || fail "Cannot unpack into $cache: it is not a directory of this user's own that can be written"
  problem=$(
    exec 2>&1
    umask 077
    exec 9>"$cache/lock" && flock 9 || exit
    [ ! -x "$dir/ppm" ] || exit # another first start was faster
    [ "$cache" != "$shared" ] || umask 022
    new=$cache/unpacking
    rm -rf "$new" "$dir"
    free=$(($(df -Pk "$cache" | { read -r _; read -r _ _ _ free _; echo "$free"; }) / 1024))
    [ "$free" -gt @MIB@ ] || { echo "only $free MiB are free there"; exit; }
    mkdir "$new" || exit
    { tail -c @SIZE@ "$0" | gzip -dc && : >"$new/.whole"; } | tar -xof - -C "$new" && [ -e "$new/.whole" ] &&
      rm "$new/.whole" && sync "$new"/* && mv "$new" "$dir" || { rm -rf "$new"; exit; }
    for old in "$cache"/*/ppm; do # older versions go, unless they are running
      [ "$old" != "$dir/ppm" ] || continue
      for running in /proc/[0-9]*/exe; do [ ! "$running" -ef "$old" ] || continue 2; done
      rm -rf "${old%/ppm}"
    done
  )
  [ ! -x "$dir/ppm" ] || return
  [ ! -e "$dir/ppm" ] || fail "Cannot run programs in $cache: is it mounted noexec? Once root has run \`ppm version\`, all users share $shared"
  newline='
'
  problem=${problem#"$newline"} # gzip begins with one
  fail "Cannot unpack into $cache, which takes @MIB@ MiB: ${problem%%"$newline"*}"
}

if [ -O / ]; then
  cache=$shared
  [ -d "$cache" ] || mkdir -m 755 "$cache" 2>/dev/null
else
  case ${XDG_CACHE_HOME:-} in
    /*) cache=$XDG_CACHE_HOME/ppm ;;
    *) home; cache=$HOME/.cache/ppm ;;
  esac
  [ -d "$cache" ] || (umask 077 && mkdir -p "$cache" 2>/dev/null)
fi
dir=$shared/$id
[ -x "$dir/ppm" ] || {
  dir=$cache/$id
  [ -O "$dir" ] && [ -x "$dir/ppm" ] || unpack
}
code=/dev/null # compiled code is kept only where nobody else can write
[ ! -O "$cache" ] || code=$cache/code

# Deno looks for settings of npm in HOME, and asks the system for it where it is not set.
exec env -i PATH="$PATH" HOME="$dir" DENO_DIR="$code" DENO_NO_UPDATE_CHECK=1 \
    @VARIABLES@ \
    "$dir/ppm" run @FLAGS@ \
    "$dir/main.js" "$@"
