// A batch cut by rows, a part for each thread: where rows do not depend on each other a thread takes its own
// through all layers, forward and backward, and the threads meet before the gradients of variables, which sum
// over all rows. Results do not depend on how the batch is cut.
#pragma once
#include <vector>

#include "engine/program.h"

namespace lamella::engine {

class RowParts {
 public:
  // Whether batches of up to so many rows of a program can be cut.
  static bool fit(const Program& program, int64_t rows);

  // most: parts of a batch, at most. The passes are those of the whole batch, by node; a node without a
  // backward pass has one without output gradients.
  RowParts(const ops::Context& context, const Program& program,
           const std::vector<layers::ForwardPass>& forward, const std::vector<layers::BackwardPass>& backward,
           int64_t most);
  RowParts(const RowParts&) = delete;
  RowParts& operator=(const RowParts&) = delete;

  // Into how many parts a batch of so many rows should be cut now; 1: it should be left whole.
  int64_t count(int64_t rows) const;

  // Begins one of `count` parts of the batch that `batch` describes; returns what it is.
  const layers::StepState& begin(const layers::StepState& batch, int64_t part, int64_t count);
  void forward(int64_t part) const;
  void backward(int64_t part) const;
  // One of `count` shares of the gradients of variables, when all parts have gone backward.
  void backward_variables(int64_t share, int64_t count) const;

 private:
  struct Part {
    layers::StepState state;
    std::vector<layers::ForwardPass> forward;    // by node
    std::vector<layers::BackwardPass> backward;  // by node
  };

  const ThreadPool& pool_;
  const Program& program_;
  double flops_ = 0;  // of one row, forward and backward
  std::vector<Part> parts_;
  std::vector<layers::BackwardPass> whole_;  // by node: for the gradients of variables
};

}  // namespace lamella::engine
