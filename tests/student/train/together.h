// The processes of a run as threads.
#ifndef CORPUS_TESTS_STUDENT_TRAIN_TOGETHER_H_
#define CORPUS_TESTS_STUDENT_TRAIN_TOGETHER_H_

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "train/communicator.h"

namespace student::test {

// Runs `body(rank, communicator)` in a thread for each rank.
template <typename Body>
void together(const std::string& place, std::int32_t world, Body&& body) {
  std::vector<std::thread> threads;
  for (std::int32_t rank = world - 1; rank >= 0; --rank) {  // those who connect are there first
    threads.emplace_back([&, rank] {
      auto met = meet({.place = place, .rank = rank, .world = world, .digest = std::string(64, 'd'), .patience = 20});
      ASSERT_TRUE(met) << met.error().message;
      body(rank, **met);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_TRAIN_TOGETHER_H_
