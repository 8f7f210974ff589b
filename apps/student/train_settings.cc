#include "train_settings.h"

#include <corpus/value.h>

#include <algorithm>

#include "open_student.h"

namespace student {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;
using corpus::cli::number;

namespace {

Result<float> real(const Args& args, std::string_view flag, double fallback, double least, double most) {
  CORPUS_TRY(double n, number(args, flag, fallback, least, most));
  return static_cast<float>(n);
}

std::vector<std::string> all(const Args& args, std::string_view flag) {
  std::vector<std::string> out;
  for (const auto& [given, value] : args.given) {
    if (given->name == flag) out.push_back(value);
  }
  return out;
}

Result<void> read_batches(const Args& args, std::int32_t context, TrainSettings& s) {
  CORPUS_TRY(auto length, integer(args, "length", std::min(context, 2048), 2, context));
  CORPUS_TRY(auto batch, integer(args, "batch", 8, 1, 1 << 20));
  CORPUS_TRY(auto micro, integer(args, "micro-batch", 1, 1, batch));
  CORPUS_TRY(auto world, integer(args, "world", 1, 1, 1024));
  CORPUS_TRY(auto rank, integer(args, "rank", 0, 0, world - 1));
  CORPUS_TRY(auto seed, integer(args, "seed", 1, 0, std::int64_t{1} << 52));
  if (batch % (micro * world) != 0) {
    return Error{Code::kInvalidArgument, "--batch " + std::to_string(batch) +
                                             " is no multiple of --micro-batch times --world (" +
                                             std::to_string(micro * world) + ")"};
  }
  if (world > 1 && !args.has("rendezvous")) {
    return Error{Code::kInvalidArgument,
                 "--world: say where the processes meet: --rendezvous host:port or a Unix socket's path"};
  }
  s.replay = all(args, "replay");
  CORPUS_TRY(double share, number(args, "replay-share", s.replay.empty() ? 0 : 0.1, 0, 0.9));
  if (share > 0 && s.replay.empty())
    return Error{Code::kInvalidArgument, "--replay-share: name the data with --replay"};
  s.batches = {.length = static_cast<std::uint32_t>(length),
               .batch = static_cast<std::int32_t>(batch),
               .micro = static_cast<std::int32_t>(micro),
               .rank = static_cast<std::int32_t>(rank),
               .world = static_cast<std::int32_t>(world),
               .seed = static_cast<std::uint64_t>(seed),
               .replay_share = share};
  s.optimizer.seed = s.batches.seed;
  s.meeting = {.place = args.get("rendezvous", ""), .rank = s.batches.rank, .world = s.batches.world};
  return {};
}

Result<void> read_schedule(const Args& args, bool lora, TrainSettings& s) {
  std::string shape = args.get("schedule", "cosine");
  s.schedule.shape = shape == "wsd" ? Shape::kWsd : shape == "constant" ? Shape::kConstant : Shape::kCosine;
  CORPUS_TRY(s.schedule.peak, real(args, "lr", lora ? 2e-4 : 2e-5, 0, 10));
  CORPUS_TRY(s.schedule.warmup, integer(args, "warmup", -1, 0, 1 << 30));
  CORPUS_TRY(s.schedule.steps, integer(args, "steps", 0, 1, 1 << 30));
  CORPUS_TRY(s.epochs, number(args, "epochs", 1, 1e-6, 1e6));
  if (args.has("steps") && args.has("epochs"))
    return Error{Code::kInvalidArgument, "--steps and --epochs do not go together"};
  return {};
}

Result<void> read_teacher(const Args& args, TrainSettings& s) {
  s.teacher_tokenizer = args.get("teacher-tokenizer", "");
  if (s.teacher_tokenizer.empty()) {
    if (args.has("teacher-topk") || args.has("teacher-weight")) {
      return Error{Code::kInvalidArgument,
                   "--teacher-topk and --teacher-weight: name the teacher's tokenizer with --teacher-tokenizer"};
    }
    return {};
  }
  CORPUS_TRY(auto k, integer(args, "teacher-topk", 20, 1, 256));
  CORPUS_TRY(s.batches.topk_weight, real(args, "teacher-weight", 0.5, 0, 1));
  s.topk = static_cast<std::int32_t>(k);
  return {};
}

}  // namespace

Result<TrainSettings> train_settings(const Args& args, std::int32_t context) {
  TrainSettings s;
  s.model = args.get("model", "");
  s.out = args.get("output", "");
  s.chat = args.get("template", "auto");
  s.backend = args.get("backend", "cpu");
  s.data = all(args, "data");
  s.data.insert(s.data.end(), args.words.begin(), args.words.end());
  if (s.data.empty()) return Error{Code::kInvalidArgument, "name what to learn from: --data FILES or a corpus folder"};
  if (s.out.empty()) return Error{Code::kInvalidArgument, "say where the student goes: -o OUT"};
  CORPUS_TRY(auto threads, integer(args, "threads", 0, 0, 4096));
  s.threads = static_cast<int>(threads);
  CORPUS_CHECK(read_batches(args, context, s));
  CORPUS_TRY(auto rank, integer(args, "lora", 0, 1, 4096));
  CORPUS_CHECK(read_schedule(args, rank > 0, s));
  CORPUS_CHECK(read_teacher(args, s));
  s.model_options.compute = args.get("dtype", "f32") == "bf16" ? DType::kBF16 : DType::kF32;
  s.model_options.train = true;
  s.model_options.recompute = args.has("recompute") ? Recompute::kBlock : Recompute::kNone;
  s.model_options.max_tokens = static_cast<std::int64_t>(s.batches.length) * s.batches.micro;
  s.model_options.lora.rank = static_cast<std::int32_t>(rank);
  CORPUS_TRY(s.model_options.lora.alpha, real(args, "lora-alpha", 2.0 * static_cast<double>(rank), 0, 1e6));
  s.optimizer.master = !args.has("stochastic-rounding");
  CORPUS_TRY(s.optimizer.weight_decay, real(args, "weight-decay", 0.1, 0, 10));
  CORPUS_TRY(s.clip, real(args, "clip", 1, 0, 1e9));
  if (args.has("memory")) {
    auto bytes = corpus::parse_bytes(args.get("memory", ""));
    if (!bytes) return std::move(bytes).error().context("--memory");
    s.memory = *bytes;
  }
  CORPUS_TRY(s.save_every, integer(args, "save-every", 500, 0, 1 << 30));
  CORPUS_TRY(auto keep, integer(args, "keep", 2, 1, 1 << 20));
  s.keep = static_cast<std::size_t>(keep);
  s.resume = args.has("resume");
  s.unchecked_policy = args.has("unchecked-policy");
  s.quiet = args.has("quiet");
  return s;
}

nlohmann::ordered_json to_json(const TrainSettings& s) {
  static constexpr const char* kShapes[] = {"cosine", "wsd", "constant"};
  nlohmann::ordered_json out = {{"template", s.chat},
                                {"dtype", s.model_options.compute == DType::kBF16 ? "bf16" : "f32"},
                                {"length", s.batches.length},
                                {"batch", s.batches.batch},
                                {"micro_batch", s.batches.micro},
                                {"world", s.batches.world},
                                {"seed", s.batches.seed},
                                {"steps", s.schedule.steps},
                                {"schedule", kShapes[static_cast<int>(s.schedule.shape)]},
                                {"lr", s.schedule.peak},
                                {"warmup", s.schedule.warmup},
                                {"weight_decay", s.optimizer.weight_decay},
                                {"clip", s.clip},
                                {"stochastic_rounding", !s.optimizer.master},
                                {"recompute", s.model_options.recompute != Recompute::kNone}};
  if (s.model_options.lora.rank > 0) {
    out["lora"] = {{"rank", s.model_options.lora.rank},
                   {"alpha", s.model_options.lora.alpha},
                   {"targets", s.model_options.lora.targets}};
  }
  if (s.batches.replay_share > 0) out["replay_share"] = s.batches.replay_share;
  if (s.topk > 0) out["teacher"] = {{"topk", s.topk}, {"weight", s.batches.topk_weight}};
  return out;
}

}  // namespace student
