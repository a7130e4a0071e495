// The arrays a run draws its batches from, and the buffers a batch is gathered into.
#pragma once
#include <vector>

#include "engine/objective.h"
#include "engine/program.h"
#include "ops/gather.h"

namespace lamella::engine {

// The last axis of a program's output.
int64_t class_count(const Program& program);

// The owner of the arrays keeps them alive. Absent arrays have no data.
struct Feed {
  ops::ArrayView x, y, sample_weight;

  int64_t rows() const { return x.rows(); }
};

// Whether single outputs have weights: sample weights of the shape of several outputs a row.
bool weighs_outputs(const Feed& feed, const Program& program);

// Refuses, before any work is done, what does not fit the program: shapes, lengths, empty data, labels out of
// range.
void check_input(const Feed& feed, const Program& program);
void check_rows(const Feed& feed);
void check_weights(const Feed& feed, const Program& program, const Objective& objective);
void check_targets(const ops::Context& context, const Feed& feed, const Program& program,
                   const Objective& objective);

// Targets and weights of one batch.
class Targets {
 public:
  // weight_cols: 1 where weights are one a row or position, class_count() where every output has one.
  Targets(const Program& program, const Objective& objective, int64_t capacity, int64_t weight_cols = 1);

  // What the next batches are drawn from.
  void begin(const Feed& feed) { weighted_ = static_cast<bool>(feed.sample_weight); }
  // Rows of the batch. order: their numbers, or null for first, first + 1, ...
  void gather(const ops::Context& context, const Feed& feed, const int64_t* order, int64_t first,
              const layers::StepState& rows);

  // Of predictions that begin with this row of the batch.
  losses::LossPass loss_pass(const TensorView& prediction, const TensorView& probabilities,
                             const TensorView& gradient, bool fused, int64_t first_row) const;
  metrics::MetricPass metric_pass(const TensorView& prediction) const;
  int64_t bytes() const;

 private:
  // The array may have changed since it was checked as a whole.
  void check_labels(const ops::Context& context, const int64_t* order, int64_t first,
                    const layers::StepState& rows) const;

  DType dtype_;
  int64_t positions_;  // rows of the folded output for one row of the batch
  int64_t cols_;
  int64_t weight_cols_;
  Shape row_shape_;  // of the output
  std::optional<int64_t> ignored_class_;
  Block values_, labels_, weights_, gathered_weights_, row_values_;
  bool weighted_ = false;
};

}  // namespace lamella::engine
