// What `student train` was asked to do, read from its flags.
#ifndef STUDENT_TRAIN_SETTINGS_H_
#define STUDENT_TRAIN_SETTINGS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/args.h"
#include "data/batches.h"
#include "model/model.h"
#include "train/communicator.h"
#include "train/optimizer.h"
#include "train/schedule.h"

namespace student {

struct TrainSettings {
  std::string model, out, chat, backend, teacher_tokenizer;
  std::vector<std::string> data, replay;
  int threads = 0;
  ModelOptions model_options;  // max_tokens included
  BatchOptions batches;
  OptimizerOptions optimizer;
  Schedule schedule;           // steps 0: by epochs; warmup -1: 3 % of the steps
  double epochs = 1;
  float clip = 1;
  std::int32_t topk = 0;
  std::uint64_t memory = 0;    // 0: what the backend has
  std::int64_t save_every = 0;
  std::size_t keep = 2;
  Meeting meeting;
  bool resume = false, unchecked_policy = false, quiet = false;
};

// `context`: the longest text the model was made for.
Result<TrainSettings> train_settings(const corpus::cli::Args& args, std::int32_t context);

// What decides the weights that come out, for student.json and for the digest that a checkpoint carries.
nlohmann::ordered_json to_json(const TrainSettings& settings);

}  // namespace student

#endif  // STUDENT_TRAIN_SETTINGS_H_
