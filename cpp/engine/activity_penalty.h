// What a layer's outputs add to the loss: a regulariser of activities. The output is the input. It stands
// here and not among the layers because those do not know penalties.
#pragma once
#include "layers/layer.h"
#include "penalties/penalty.h"

namespace lamella::engine {

// The penalty is summed over the batch and divided by its rows, as Keras does.
class ActivityPenalty final : public layers::Layer {
 public:
  ActivityPenalty(const layers::Definition& definition, penalties::PenaltyPtr penalty);

  const char* op() const override { return "activity_penalty"; }
  layers::Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  bool is_view() const override { return true; }
  void forward(const layers::ForwardPass&) const override {}
  void backward(const layers::BackwardPass& pass) const override;
  // Of the batch that forward has just seen.
  double loss(const layers::ForwardPass& pass) const;

 private:
  penalties::PenaltyPtr penalty_;
};

}  // namespace lamella::engine
