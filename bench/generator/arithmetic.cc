// Word problems with their working: the numbers are right, the scenery varies.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "conversation.h"
#include "grammar.h"

namespace corpus::demo {
namespace {

void say(const Rule& rule, Rng& rng, const Registers& reg, std::string& out) {
  sentence(rule, rng, reg, out);
  out += ' ';
}

struct Operation {
  const Rule* event;
  const Rule* step;
};

// Applies a random operation to `total` and fills the registers; returns its rules.
Operation operate(Rng& rng, long& total, Registers& reg) {
  const Grammar& g = grammar();
  static const Operation kAdd{&g["sum_add"], &g["step_add"]}, kSub{&g["sum_sub"], &g["step_sub"]},
      kMul{&g["sum_mul"], &g["step_mul"]}, kDiv{&g["sum_div"], &g["step_div"]},
      kEach{&g["sum_each"], &g["step_each"]};
  reg[3] = std::to_string(total);
  Operation chosen = kAdd;
  int kind = rng.between(0, 9);
  int by = rng.between(2, 9);
  if (kind < 2 && total > 30) {
    int taken = rng.between(2, static_cast<int>(std::min(total / 2, 900L)));
    total -= taken;
    reg[2] = std::to_string(taken);
    chosen = kSub;
  } else if (kind < 4 && total < 4000) {
    total *= by;
    reg[2] = std::to_string(by);
    chosen = kMul;
  } else if (kind < 7 && total % by == 0 && total / by > 3) {
    total /= by;
    reg[2] = std::to_string(by);
    chosen = kDiv;
  } else if (kind < 8) {
    int size = rng.between(3, 60);
    total += long{by} * size;
    reg[2] = std::to_string(size);
    reg[5] = std::to_string(by);
    chosen = kEach;
  } else {
    int more = rng.between(3, 400);
    total += more;
    reg[2] = std::to_string(more);
  }
  reg[4] = std::to_string(total);
  return chosen;
}

void write_chain(Rng& rng, Registers& reg, std::string& question, std::string& answer) {
  static const Rule &scene = grammar()["sum_scene"], &start = grammar()["sum_start"],
                    &ask = grammar()["sum_ask"], &lead = grammar()["step_lead"],
                    &remark = grammar()["remark"], &intro = grammar()["sum_intro"],
                    &final = grammar()["sum_answer"];
  long total = rng.between(12, 240);
  reg[2] = std::to_string(total);
  say(scene, rng, reg, question);
  say(start, rng, reg, question);
  say(intro, rng, reg, answer);
  bool numbered = rng.chance(0.5);
  for (int i = 1, steps = rng.between(3, 6); i <= steps; ++i) {
    Operation operation = operate(rng, total, reg);
    say(*operation.event, rng, reg, question);
    answer += '\n';
    if (numbered) answer += std::to_string(i) + ". ";
    say(lead, rng, reg, answer);
    expand(*operation.step, rng, reg, answer);
    if (rng.chance(0.6)) {
      answer += ' ';
      sentence(remark, rng, reg, answer);
    }
  }
  sentence(ask, rng, reg, question);
  answer += "\n\n";
  sentence(final, rng, reg, answer);
}

void write_equation(Rng& rng, Registers& reg, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["eq_ask"], &remark = grammar()["remark"];
  long x = rng.between(3, 400), a = rng.between(2, 30), b = rng.between(2, 300);
  bool plus = rng.chance(0.5);
  reg[2] = std::to_string(a);
  reg[5] = (plus ? "plus " : "minus ") + std::to_string(b);
  long right = plus ? a * x + b : a * x - b;
  reg[3] = std::to_string(right);
  sentence(ask, rng, reg, question);
  say(remark, rng, reg, answer);
  std::string sum = std::to_string(plus ? right - b : right + b);
  answer += "\n" + reg[2] + "x " + reg[5] + " = " + reg[3] + "\n" + reg[2] + "x = " + sum +
            "\nx = " + sum + " / " + reg[2] + " = " + std::to_string(x) + "\n\n";
  sentences(remark, rng.between(3, 6), rng, reg, answer);
  answer += "So x = " + std::to_string(x) + ".";
}

void write_list(Rng& rng, Registers& reg, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["list_ask"], &remark = grammar()["remark"],
                    &lead = grammar()["step_lead"];
  int count = rng.between(4, 9);
  std::vector<long> values;
  for (int i = 0; i < count - 1; ++i) values.push_back(rng.between(11, 990));
  // The last value makes the mean a whole number.
  long sum = std::accumulate(values.begin(), values.end(), 0L);
  values.push_back(count - sum % count + long{count} * rng.between(2, 60));
  sum += values.back();
  std::string plus;
  reg[2].clear();
  for (long v : values) {
    reg[2] += (reg[2].empty() ? "" : ", ") + std::to_string(v);
    plus += (plus.empty() ? "" : " + ") + std::to_string(v);
  }
  auto [lo, hi] = std::minmax_element(values.begin(), values.end());
  sentence(ask, rng, reg, question);
  say(lead, rng, reg, answer);
  answer += plus + " = " + std::to_string(sum) + ". ";
  say(remark, rng, reg, answer);
  answer += "\nMean: " + std::to_string(sum) + " / " + std::to_string(count) + " = " +
            std::to_string(sum / count) + ". ";
  say(remark, rng, reg, answer);
  answer += "\nLargest: " + std::to_string(*hi) + ". ";
  say(remark, rng, reg, answer);
  answer += "\nRange: " + std::to_string(*hi) + " - " + std::to_string(*lo) + " = " +
            std::to_string(*hi - *lo) + ". ";
  sentences(remark, rng.between(1, 4), rng, reg, answer);
  answer.pop_back();
}

void write_percent(Rng& rng, Registers& reg, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["pct_ask"], &remark = grammar()["remark"],
                    &lead = grammar()["step_lead"];
  long base = 20L * rng.between(4, 450), percent = 5L * rng.between(1, 14),
       plus = rng.between(3, 180);
  long part = base * percent / 100;  // exact: base is a multiple of 20, percent of 5
  reg[3] = std::to_string(base);
  reg[2] = std::to_string(percent);
  reg[5] = std::to_string(plus);
  sentence(ask, rng, reg, question);
  say(lead, rng, reg, answer);
  answer += reg[2] + "% of " + reg[3] + " is " + std::to_string(part) + ". ";
  say(remark, rng, reg, answer);
  answer += "\n";
  say(lead, rng, reg, answer);
  answer += reg[3] + " + " + std::to_string(part) + " = " + std::to_string(base + part) + ". ";
  sentences(remark, rng.between(2, 5), rng, reg, answer);
  answer += "\n" + std::to_string(base + part) + " + " + reg[5] + " = " +
            std::to_string(base + part + plus) + ", which is the answer.";
}

}  // namespace

void write_arithmetic(Rng& rng, std::string& question, std::string& answer) {
  static const Rule &names = grammar()["p"], &nouns = grammar()["ns"], &adjectives = grammar()["j"];
  thread_local Registers reg;
  for (auto& r : reg) r.clear();
  expand(names, rng, reg, reg[0]);
  if (rng.chance(0.5)) {
    expand(adjectives, rng, reg, reg[1]);
    reg[1] += ' ';
  }
  std::string unit;
  expand(nouns, rng, reg, unit);
  reg[1] += unit;
  std::size_t kind = rng.below(10);
  if (kind < 6) return write_chain(rng, reg, question, answer);
  if (kind < 7) return write_equation(rng, reg, question, answer);
  if (kind < 9) return write_list(rng, reg, question, answer);
  write_percent(rng, reg, question, answer);
}

void write_bench_item(std::uint64_t seed, std::uint64_t index, std::string& question,
                      std::string& answer) {
  static const Rule& item = grammar()["bench_item"];
  Rng rng(seed ^ 0xbe4c4u, index);
  Registers reg;
  long a = rng.between(12, 900), b = rng.between(12, 900), each = rng.between(3, 80);
  reg[2] = std::to_string(a);
  reg[3] = std::to_string(b);
  reg[5] = std::to_string(each);
  sentence(item, rng, reg, question);
  answer = std::to_string((a + b) * each);
}

}  // namespace corpus::demo
