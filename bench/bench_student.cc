// Training steps and greedy generation of the student on the CPU.
//
// usage: bench_student train|generate [15m|7m|135m] [f32|bf16] [threads] [seconds]
//        bench_student generate PATH f32 [threads] [seconds]   a model of files: a folder, or FILE.gguf
//        bench_student export FILE.gguf DIR [f32|bf16]         its weights as transformers reads them
// Prints one JSON line: tokens per second of CPU time and of wall time, and for training GFLOP per CPU second of the
// model's own operations, those of a large matrix product (the ceiling), peak memory beside what was planned. Of what was
// generated, the first answer's tokens; and gigabytes of weights read a CPU second, beside a loop on one thread that
// only adds up as many bytes.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "io/load.h"
#include "model/model.h"

namespace {

using namespace student;

double cpu_seconds() {
  rusage use;
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak_mib() {
  rusage use;
  getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_maxrss) / 1024;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

Config shape(const std::string& name) {
  Config c;
  c.width = 288, c.heads = c.kv_heads = 6, c.head_dim = 48, c.layers = 6, c.ffn = 768, c.vocab = 32000;
  if (name == "7m") c.vocab = 4096;
  if (name == "135m") {
    c.width = 576, c.heads = 9, c.kv_heads = 3, c.head_dim = 64, c.layers = 30, c.ffn = 1536, c.vocab = 49152;
  }
  return c;
}

// GFLOP per CPU second of a product large enough for its fixed costs not to show.
double ceiling(Backend& backend, DType type) {
  const std::int64_t n = 1536;
  const auto matrix = [&](DType t) {
    void* memory = *backend.alloc(static_cast<std::size_t>(n * n) * size_of(t));
    backend.zero(memory, static_cast<std::size_t>(n * n) * size_of(t));
    return Tensor(memory, t, n, n);
  };
  const Tensor a = matrix(type), b = matrix(type), c = matrix(DType::kF32);
  backend.gemm(c, a, false, b, true);
  const double start = cpu_seconds();
  double flops = 0;
  while (cpu_seconds() - start < 1) {
    backend.gemm(c, a, false, b, true);
    flops += 2.0 * static_cast<double>(n * n * n);
  }
  const double rate = flops / (cpu_seconds() - start) * 1e-9;
  for (const Tensor& t : {a, b, c}) backend.free(t.data);
  return rate;
}

// Gigabytes a CPU second of adding up what one thread reads of so much memory.
double reading_ceiling(Backend& backend, std::size_t bytes) {
  auto* memory = static_cast<std::uint32_t*>(*backend.alloc(bytes));
  backend.zero(memory, bytes);
  std::uint32_t sum = 0;
  int times = 0;
  const double start = cpu_seconds();
  for (; cpu_seconds() - start < 1; ++times) sum = std::accumulate(memory, memory + bytes / sizeof *memory, sum);
  const double rate = times * static_cast<double>(bytes) / (cpu_seconds() - start) * 1e-9;
  backend.free(memory);
  if (sum != 0) std::abort();
  return rate;
}

int fail(const corpus::Error& error) {
  std::fprintf(stderr, "bench_student: %s\n", error.message.c_str());
  return 2;
}

struct Arguments {
  std::string model = "15m";
  DType type = DType::kF32;
  int threads = 1;
  double seconds = 10;
};

// Sequences of 256 tokens: 8 to a step, of the large model 2.
int train(const Arguments& args) {
  auto backend = make_backend("cpu", {.threads = args.threads});
  if (!backend) return fail(backend.error());
  const double peak = ceiling(**backend, args.type), program = resident_mib();
  const Config config = shape(args.model);
  const std::int32_t length = 256, documents = args.model == "135m" ? 2 : 8, n = length * documents;
  const ModelOptions options{.compute = args.type, .train = true, .max_tokens = n};
  auto model = Model::create(**backend, config, options);
  if (!model) return fail(model.error());
  if (auto ok = (*model)->init(1); !ok) return fail(ok.error());
  const auto size = (*model)->flat_size();
  std::vector<void*> state;
  for (int i = 0; i < (args.type == DType::kF32 ? 2 : 3); ++i) {  // moments, and in bf16 the master
    auto memory = (*backend)->alloc(static_cast<std::size_t>(size) * 4);
    if (!memory) return fail(memory.error());
    (*backend)->zero(*memory, static_cast<std::size_t>(size) * 4);
    state.push_back(*memory);
  }
  const auto flat = [&](std::size_t i) { return i < state.size() ? Tensor(state[i], DType::kF32, 1, size) : Tensor{}; };
  std::vector<std::int32_t> tokens, targets, starts = {0};
  for (std::int32_t i = 0; i < n; ++i) tokens.push_back(i * 7919 % config.vocab);
  for (std::int32_t i = 0; i < n; ++i) targets.push_back(tokens[static_cast<std::size_t>((i + 1) % n)]);
  for (std::int32_t d = 1; d <= documents; ++d) starts.push_back(d * length);
  const PackedBatch batch{tokens, targets, starts, {}, {}, 0, 0};
  AdamW adam{.lr = 1e-4f};
  const auto step = [&] {
    (*backend)->zero((*model)->gradients().data, (*model)->gradients().bytes());
    auto loss = (*model)->loss(batch, true, 1.0f / static_cast<float>(n));
    (*backend)->adamw((*model)->weights(), flat(2), flat(0), flat(1), (*model)->gradients(), adam);
    ++adam.step;
    return loss;
  };
  if (auto loss = step(); !loss) return fail(loss.error());
  const double cpu = cpu_seconds(), wall = wall_seconds();
  int steps = 0;
  while (wall_seconds() - wall < args.seconds) {
    (void)step();
    ++steps;
  }
  const double cpu_used = cpu_seconds() - cpu, wall_used = wall_seconds() - wall;
  const double rate = steps * (*model)->step_flops(starts) / cpu_used * 1e-9;
  const double planned =
      program + static_cast<double>(plan_memory(**backend, config, options).total() +
                                    state.size() * static_cast<std::size_t>(size) * 4) / (1 << 20);
  std::printf("{\"steps\":%d,\"tokens_per_cpu_second\":%.1f,\"tokens_per_second\":%.1f,\"gflop_per_cpu_second\":%.1f,"
              "\"gemm_ceiling\":%.1f,\"share_of_ceiling\":%.3f,\"peak_mib\":%.0f,\"planned_mib\":%.0f}\n",
              steps, steps * n / cpu_used, steps * n / wall_used, rate, peak, rate / peak, peak_mib(), planned);
  for (void* memory : state) (*backend)->free(memory);
  return 0;
}

// The most likely token after another, behind a prompt of 32, until 256 are reached; then again.
int generate(const Arguments& args) {
  constexpr std::int32_t kPrompt = 32, kLength = 256;
  auto backend = make_backend("cpu", {.threads = args.threads});
  if (!backend) return fail(backend.error());
  const bool stored = args.model.find('/') != std::string::npos;
  auto model = stored ? load_model(**backend, args.model, {.compute = args.type})
                      : Model::create(**backend, shape(args.model), {.compute = args.type});
  if (!model) return fail(model.error());
  if (!stored) {
    if (auto ok = (*model)->init(1); !ok) return fail(ok.error());
  }
  const Config& config = (*model)->config();
  auto decoder = (*model)->decoder(1, kLength);
  if (!decoder) return fail(decoder.error());
  std::vector<std::int32_t> prompt;
  for (std::int32_t i = 0; i < kPrompt; ++i) prompt.push_back(i * 7919 % config.vocab);
  const std::int32_t slot = 0;
  double cpu_used = 0, wall_used = 0;
  std::int64_t made = 0;
  std::string first;
  while (wall_used < args.seconds) {
    (*decoder)->reset(slot);
    auto logits = (*decoder)->prefill(slot, prompt);
    const double cpu = cpu_seconds(), wall = wall_seconds();
    for (std::int32_t at = kPrompt; logits && at < kLength; ++at, ++made) {
      const auto next = static_cast<std::int32_t>(std::max_element(logits->begin(), logits->end()) - logits->begin());
      if (made < kLength - kPrompt) first += (first.empty() ? "" : ",") + std::to_string(next);
      logits = (*decoder)->step({&slot, 1}, {&next, 1});
    }
    if (!logits) return fail(logits.error());
    cpu_used += cpu_seconds() - cpu;
    wall_used += wall_seconds() - wall;
  }
  const std::size_t weights = plan_memory(**backend, config, (*model)->options()).weights;
  const double peak = peak_mib();
  std::printf("{\"tokens\":%lld,\"tokens_per_cpu_second\":%.2f,\"tokens_per_second\":%.2f,\"peak_mib\":%.0f,"
              "\"weights_gb_per_cpu_second\":%.1f,\"reading_ceiling\":%.1f,\"first\":[%s]}\n",
              static_cast<long long>(made), static_cast<double>(made) / cpu_used, static_cast<double>(made) / wall_used, peak,
              static_cast<double>(made) * static_cast<double>(weights) / cpu_used * 1e-9,
              reading_ceiling(**backend, weights), first.c_str());
  return 0;
}

int export_folder(const std::string& from, const std::string& to, DType type) {
  auto backend = make_backend("cpu");
  if (!backend) return fail(backend.error());
  auto model = load_model(**backend, from, {});
  if (!model) return fail(model.error());
  if (auto ok = save_model(**model, to, {.weights = type}); !ok) return fail(ok.error());
  std::printf("{}\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto type = [&](int at) { return argc > at && std::strcmp(argv[at], "bf16") == 0 ? DType::kBF16 : DType::kF32; };
  if (argc > 3 && std::strcmp(argv[1], "export") == 0) return export_folder(argv[2], argv[3], type(4));
  Arguments args;
  if (argc > 2) args.model = argv[2];
  args.type = type(3);
  if (argc > 4) args.threads = std::atoi(argv[4]);
  if (argc > 5) args.seconds = std::atof(argv[5]);
  if (argc > 1 && std::strcmp(argv[1], "train") == 0) return train(args);
  if (argc > 1 && std::strcmp(argv[1], "generate") == 0) return generate(args);
  std::fprintf(stderr, "usage: %s train|generate [15m|7m|135m] [f32|bf16] [threads] [seconds]\n", argv[0]);
  return 2;
}
