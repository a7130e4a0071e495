// Outputs of a program. Several threads may call one predictor at once: each takes a workspace of its own.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/fork_mutex.h"
#include "engine/feed.h"
#include "engine/plan.h"

namespace lamella::engine {

class Predictor {
 public:
  // training: dropout drops and batch normalisation uses the batch's statistics (its moving averages stay as
  // they are). augments: pictures change at random; training does that too. Predictors of one model for rows
  // of several shapes share their arenas.
  Predictor(const ops::Context& context, const Program& program, bool training, bool augments,
            std::shared_ptr<Arenas> arenas);

  const Program& program() const { return program_; }
  // Writes the outputs of all rows of x, batch_size rows at a time (0: chosen here). What is random is drawn
  // anew in each call.
  void predict(const ops::ArrayView& x, int64_t batch_size, uint32_t seed, void* output, const Poll& poll);

 private:
  struct Lane {
    std::shared_ptr<const Plan> plan;
    std::unique_ptr<Workspace> workspace;  // null before the first call
  };

  Lane take_lane(int64_t rows);
  void give_back(Lane lane);
  void predict_batch(const Lane& lane, const ops::ArrayView& x, int64_t first, char* output,
                     const Poll* poll);

  const ops::Context& context_;
  Program program_;  // fused
  bool training_, augments_;
  std::shared_ptr<Arenas> arenas_;
  double work_;  // of one row
  int64_t batch_rows_;
  int64_t input_cols_, output_row_bytes_;
  ForkMutex mutex_;
  std::shared_ptr<const Plan> plan_;
  std::vector<Lane> free_lanes_;
  std::atomic<uint64_t> calls_{0};
};

}  // namespace lamella::engine
