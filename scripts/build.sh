# Sourced by the other scripts: build PRESET [TARGET...], quiet unless something breaks.

# The wheel, the build with Parquet and a consumer's build compile the library with the flags of build/dev, in other
# folders: the same objects, if a cache does not ask for the folder.
export CCACHE_NOHASHDIR=1
build() {
  local preset=$1 log
  shift
  log=build/$preset/configure.log
  mkdir -p "build/$preset"
  local extra=()
  [ "$preset" = tsan ] && extra=("-DTBB_DIR=$(scripts/tsan_tbb)/lib/cmake/TBB")
  if ! cmake --preset "$preset" "${extra[@]}" > "$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  local targets=()
  [ $# -gt 0 ] && targets=(--target "$@")
  echo "== build $preset"
  # On a terminal ninja keeps one status line; elsewhere only failures are of interest.
  if [ -t 1 ]; then
    NINJA_STATUS="[%f/%t %es] " cmake --build --preset "$preset" "${targets[@]}"
  else
    cmake --build --preset "$preset" "${targets[@]}" -- --quiet
  fi
}
