#include "losses/loss.h"

#include "base/error.h"

namespace lamella::losses {

namespace {

using ops::LossKind;

// A loss that is one pass of ops.loss over the rows, reduced by Keras's rules.
class RowLoss final : public Loss {
 public:
  RowLoss(LossKind kind, LossKind from_logits, const Attributes& attributes)
      : kind_(kind),
        logits_kind_(from_logits),
        from_logits_(attributes.number_or("from_logits", 0) != 0),
        smoothing_(attributes.number_or("label_smoothing", 0)),
        mean_(!attributes.has("reduction") || attributes.text("reduction") != "sum") {
    if (attributes.has("ignore_class")) ignored_class_ = attributes.integer("ignore_class");
  }

  Target target() const override {
    return kind_ == LossKind::cross_entropy_sparse ? Target::labels : Target::values;
  }

  Head head() const override {
    if (from_logits_ || kind_ == logits_kind_) return Head::none;
    return kind_ == LossKind::binary_cross_entropy ? Head::sigmoid : Head::softmax;
  }

  std::optional<int64_t> ignored_class() const override { return ignored_class_; }

  double evaluate(const ops::Context& context, const LossPass& pass) const override {
    const auto counted = static_cast<double>(leave_out_ignored(pass));
    const double scale = mean_ && counted > 0 ? 1 / counted : 1;
    run(context, pass, scale);
    return scale * context.ops.loss.weighted_sum(context, pass.row_loss, pass.weights);
  }

  void rows(const ops::Context& context, const LossPass& pass) const override {
    leave_out_ignored(pass);
    run(context, pass, 1);
  }

 private:
  // Marks labels of the ignored class with -1; returns how many rows count.
  int64_t leave_out_ignored(const LossPass& pass) const {
    int64_t counted = pass.prediction.rows;
    if (!ignored_class_) return counted;
    for (int64_t i = 0; i < pass.prediction.rows; ++i) {
      if (pass.labels[i] != *ignored_class_) continue;
      pass.labels[i] = -1;
      --counted;
    }
    return counted;
  }

  void run(const ops::Context& context, const LossPass& pass, double scale) const {
    context.ops.loss.evaluate(context, {.kind = pass.fused || from_logits_ ? logits_kind_ : kind_,
                                        .prediction = pass.prediction,
                                        .target = pass.values,
                                        .labels = pass.labels,
                                        .weights = pass.weights,
                                        .smoothing = smoothing_,
                                        .scale = scale,
                                        .row_loss = pass.row_loss,
                                        .probabilities = pass.probabilities,
                                        .gradient = pass.gradient});
  }

  LossKind kind_, logits_kind_;
  bool from_logits_;
  double smoothing_;
  std::optional<int64_t> ignored_class_;
  bool mean_;
};

}  // namespace

LossPtr make_loss(const std::string& name, const Attributes& attributes) {
  for (const ops::NamedLoss& entry : ops::kNamedLosses) {
    if (name == entry.name) return std::make_shared<RowLoss>(entry.kind, entry.from_logits, attributes);
  }
  fail("Unknown loss '", name, "'.");
}

}  // namespace lamella::losses
