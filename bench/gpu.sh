#!/usr/bin/env bash
# Everything that needs a CUDA device, in under ten minutes, as one table: tests of the operations, compute-sanitizer,
# a curve of losses against the CPU's, ceilings, kernels against them, and a training step against PyTorch.
#
#   cmake --preset cuda && cmake --build --preset cuda --target student_gpu_bench student_gpu_ops
#   bench/gpu.sh                    programs of build/cuda/bin
#   bench/gpu.sh --bin DIR          programs of another folder, built elsewhere
#   bench/gpu.sh --out DIR          keeps the numbers there (default build/gpu-results)
#   bench/gpu.sh --sequences N      sequences of 2048 tokens in a step (default 8)
#   bench/gpu.sh --only PARTS       e.g. ops,ceilings,kernels,curve,step,torch,sanitizer
#
# Exit 0: everything wanted was met; 1: not; 2: there is no device or no program. What could not run says why.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/build/cuda/bin
out=$root/build/gpu-results
sequences=8
parts=ops,ceilings,curve,step,torch,kernels,sanitizer
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --sequences) sequences=$2; shift 2 ;;
    --only) parts=$2; shift 2 ;;
    *) echo "gpu.sh: unknown option $1; see the top of the file" >&2; exit 2 ;;
  esac
done
mkdir -p "$out"
rm -f "$out"/*.json "$out"/*.log "$out/notes"

# CUDA's libraries where the loader does not look: the toolkit's, and those that Python packages bring.
libraries=/usr/local/cuda/lib64
if command -v python3 > /dev/null; then
  libraries+=$(python3 - << 'PY'
import glob, sysconfig
for folder in glob.glob(sysconfig.get_paths()["purelib"] + "/nvidia/*/lib"):
    print(":" + folder, end="")
PY
)
fi
export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

bench=$bin/student_gpu_bench
ops=$bin/student_gpu_ops
for program in "$bench" "$ops"; do
  [ -x "$program" ] || { echo "gpu.sh: $program is not there; build it (see the top of this file)" >&2; exit 2; }
done
if ! device=$("$bench" device 2>&1); then
  echo "gpu.sh: skipped: no device ($device)" >&2
  exit 2
fi
note() { printf '%s\t%s\n' "$1" "$2" | tee -a "$out/notes"; }
wants() { [[ ,$parts, == *,$1,* ]]; }
note device "$device"
note date "$(date -u +%F)"

# timed NAME SECONDS COMMAND...: output to NAME.log, its time to the terminal. Fails as the command does.
timed() {
  local name=$1 limit=$2 begin=$SECONDS status
  shift 2
  timeout "$limit" "$@" > "$out/$name.log" 2>&1
  status=$?
  echo "-- $name: $((SECONDS - begin)) s, exit $status"
  [ $status -eq 0 ] || tail -n 5 "$out/$name.log"
  return $status
}

if wants ops; then
  if timed ops 120 "$ops" --gtest_filter='*cuda*' --gtest_brief=1; then
    note "tests of operations" "passed: $(grep -oE '^\[  PASSED  \] [0-9]+' "$out/ops.log" | grep -oE '[0-9]+$') on cuda"
  else
    note "tests of operations" "failed: $(grep -cE '^\[  FAILED  \] .*ms\)' "$out/ops.log") of them; see $out/ops.log"
  fi
fi
if wants ceilings; then timed ceilings 60 "$bench" ceilings; cp "$out/ceilings.log" "$out/ceilings.json"; fi
if wants curve; then
  timed curve-f32 60 "$bench" curve f32 "$root/bench/gpu/curve.txt"
  timed curve-bf16 60 "$bench" curve bf16 "$root/bench/gpu/curve.txt"
  cat "$out"/curve-*.log > "$out/curve.json"
fi
if wants step; then timed step 90 "$bench" step "$sequences" 2048 10; cp "$out/step.log" "$out/step.json"; fi
if wants torch; then
  if python3 -c 'import torch, transformers' 2> /dev/null; then
    timed torch 150 python3 "$root/bench/gpu/torch_step.py" "$sequences" 2048 10 ||
      note "PyTorch" "not run: it failed, see $out/torch.log"
    cp "$out/torch.log" "$out/torch.json"
  else
    note "PyTorch" "not run: no torch and transformers for python3"
  fi
fi
if wants kernels; then timed kernels 90 "$bench" kernels; cp "$out/kernels.log" "$out/kernels.json"; fi
# Hazards count where they are in kernels of ours (namespace on_device): racecheck takes the asynchronous copies of
# cuDNN's kernels for races, and filtering by kernel name made it fail.
sanitize() {
  local tool=$1 log=$out/$1.log ours theirs
  timed "$tool" 100 compute-sanitizer --tool "$tool" "$ops" --gtest_brief=1 \
    --gtest_filter='*cuda*:-*Gemm*:*ManyTiles*:*SeveralChunks*'
  if ! grep -q 'SUMMARY' "$log"; then
    note "compute-sanitizer $tool" "not run: $(grep -m 1 -iE 'error|not supported' "$log" || echo "see $log")"
    return
  fi
  ours=$(grep -cE '(at|in) .*on_device' "$log")
  theirs=$(grep -cE '(at|in) cudnn_' "$log")
  if grep -q 'SUMMARY: 0 ' "$log"; then
    note "compute-sanitizer $tool" "passed: nothing found"
  elif [ "$ours" = 0 ] && [ "$theirs" -gt 0 ] && grep -q '  PASSED  ' "$log" && ! grep -q 'FAILED' "$log" &&
      ! grep -qE '^=+ (Invalid|Program hit|Internal)' "$log"; then
    note "compute-sanitizer $tool" "passed: nothing in our kernels ($(grep SUMMARY "$log" | tail -n 1 | tr -d =), in cuDNN's)"
  else
    note "compute-sanitizer $tool" "failed: see $log"
  fi
}
if wants sanitizer; then
  if command -v compute-sanitizer > /dev/null; then
    sanitize memcheck
    sanitize racecheck
  else
    note "compute-sanitizer" "not run: it is not installed"
  fi
fi
echo
python3 "$root/bench/gpu/table.py" "$out"
