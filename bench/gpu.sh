#!/usr/bin/env bash
# Everything that needs a CUDA device, in under ten minutes, as one table: tests of the operations and of whole models,
# compute-sanitizer, a curve of losses against the CPU's, ceilings, kernels against them, a training step against PyTorch.
#
#   cmake --preset cuda && cmake --build --preset cuda --target student_gpu_bench student_gpu_ops student_gpu_models
#   bench/gpu.sh                    programs of build/cuda/bin
#   bench/gpu.sh --bin DIR          programs of another folder, built elsewhere
#   bench/gpu.sh --out DIR          keeps the numbers there (default build/gpu-results)
#   bench/gpu.sh --sequences N      sequences of 2048 tokens in a step (default 8)
#   bench/gpu.sh --only PARTS       some of ops,models,ceilings,curve,step,torch,kernels,memcheck,racecheck; or rows,
#                                   of the kernels those that work on rows: --only ops,models,ceilings,rows,racecheck
#                                   takes a minute or two
#
# Exit 0: everything wanted was met; 1: not; 2: there is no device or no program. What could not run says why.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/build/cuda/bin
out=$root/build/gpu-results
sequences=8
parts=ops,models,ceilings,curve,step,torch,kernels,memcheck,racecheck
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=$(realpath -m "$2"); shift 2 ;;
    --out) out=$(realpath -m "$2"); shift 2 ;;
    --sequences) sequences=$2; shift 2 ;;
    --only) parts=$2; shift 2 ;;
    *) echo "gpu.sh: unknown option $1; see the top of the file" >&2; exit 2 ;;
  esac
done
cd "$root" || exit 2  # where the tests of models find their reference
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
models=$bin/student_gpu_models
for program in "$bench" "$ops" "$models"; do
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

# tests NAME PROGRAM WHAT: those of its tests that are for cuda.
tests() {
  if timed "$1" 120 "$2" --gtest_filter='*cuda*' --gtest_brief=1; then
    note "$3" "passed: $(grep -oE '^\[  PASSED  \] [0-9]+' "$out/$1.log" | grep -oE '[0-9]+$') on cuda"
  else
    note "$3" "failed: $(grep -cE '^\[  FAILED  \] .*ms\)' "$out/$1.log") of them; see $out/$1.log"
  fi
}
if wants ops; then tests ops "$ops" "tests of operations"; fi
if wants models; then tests models "$models" "tests of whole models"; fi
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
if wants kernels; then
  timed kernels 90 "$bench" kernels
elif wants rows; then
  timed kernels 60 "$bench" kernels rows
fi
if [ -e "$out/kernels.log" ]; then cp "$out/kernels.log" "$out/kernels.json"; fi
# sanitize TOOL TESTS: the tests of operations under compute-sanitizer, but for the slow ones and those of TESTS.
sanitize() {
  local tool=$1 log=$out/$1.log
  if ! command -v compute-sanitizer > /dev/null; then
    note "compute-sanitizer $tool" "not run: it is not installed"
    return
  fi
  timed "$tool" 100 compute-sanitizer --tool "$tool" "$ops" --gtest_brief=1 \
    --gtest_filter="*cuda*:-*Gemm*:*ManyTiles*:*SeveralChunks*$2"
  if ! grep -q 'SUMMARY' "$log"; then
    note "compute-sanitizer $tool" "not run: $(grep -m 1 -iE 'error|not supported' "$log" || echo "see $log")"
  elif grep -q 'SUMMARY: 0 ' "$log" && grep -q '  PASSED  ' "$log" && ! grep -q 'FAILED' "$log"; then
    note "compute-sanitizer $tool" "passed: nothing found"
  else
    note "compute-sanitizer $tool" "failed: see $log"
  fi
}
if wants memcheck; then sanitize memcheck ""; fi
# Our own kernels only: cuDNN's copy asynchronously, which racecheck reports as hazards. They run in these two tests
# and nowhere else; attention by our kernels is in AttentionTest.OddHeads and in f32.
if wants racecheck; then
  sanitize racecheck :AttentionTest.ForwardAndBackward/cuda_bf16:AttentionTest.DocumentsDoNotSeeEachOther/cuda_bf16
fi
echo
python3 "$root/bench/gpu/table.py" "$out"
