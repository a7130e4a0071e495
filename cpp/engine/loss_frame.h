// Losses along other axes than the last see output, targets and weights with those axes last, as one.
#pragma once
#include <optional>

#include "engine/feed.h"

namespace lamella::engine {

class LossFrame {
 public:
  // None where rows of the loss run along the last axis. Refuses axes that the output does not have.
  static std::optional<LossFrame> make(const Program& program, const Objective& objective);

  // The program, followed by what moves the axes: its loss_value() is the output as the loss sees it.
  Program extend(Program program) const;
  // A program with that output.
  const Program& view() const { return view_; }
  const Objective& of_loss() const { return of_loss_; }
  const Objective& of_metrics() const { return of_metrics_; }
  // The arrays as the loss sees them; refuses targets of other shapes.
  Feed for_loss(const Feed& feed) const;
  // Those that metrics see: without weights where none asks for them.
  Feed for_metrics(const Feed& feed) const;

 private:
  LossFrame(const Program& program, const Objective& objective, std::vector<int64_t> order, size_t kept);

  Shape output_;                // of a row, as the program has it
  std::vector<int64_t> order_;  // of its axes: those that are kept, then those of the loss
  size_t kept_;
  Program view_;
  Objective of_loss_, of_metrics_;
};

}  // namespace lamella::engine
