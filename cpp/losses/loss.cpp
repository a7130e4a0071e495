#include "losses/loss.h"

#include "base/error.h"
#include "losses/region_loss.h"

namespace lamella::losses {

Loss::Loss(const Attributes& attributes) {
  if (!attributes.has("axis")) return;
  for (const double axis : attributes.numbers("axis")) axes_.push_back(static_cast<int64_t>(axis));
}

Reduction reduction_of(const Attributes& attributes) {
  const std::string name = attributes.has("reduction") ? attributes.text("reduction") : "mean";
  if (name == "sum") return Reduction::sum;
  return name == "mean_with_sample_weight" ? Reduction::weighted_mean : Reduction::mean;
}

double reduction_scale(const ops::Context& context, Reduction reduction, const LossPass& pass,
                       int64_t batch_rows, std::optional<int64_t> ignored_class) {
  if (reduction == Reduction::sum) return 1;
  double divisor = static_cast<double>(batch_rows);
  if (reduction == Reduction::weighted_mean && pass.weights != nullptr) {
    divisor =
        context.ops.loss.weight_of_rows(context, pass.prediction, pass.weights, pass.labels, ignored_class);
  } else if (ignored_class) {
    divisor = context.ops.loss.weight_of_rows(context, pass.prediction, nullptr, pass.labels, ignored_class);
  }
  return divisor != 0 ? 1 / divisor : 0;
}

namespace {

// A loss that is one pass of ops.loss over the rows, reduced by Keras's rules.
class RowLoss final : public Loss {
 public:
  RowLoss(LossKind kind, LossKind from_logits, const Attributes& attributes)
      : Loss(attributes),
        kind_(kind),
        logits_kind_(from_logits),
        from_logits_(attributes.number_or("from_logits", 0) != 0),
        smoothing_(attributes.number_or("label_smoothing", 0)),
        reduction_(reduction_of(attributes)),
        options_{.delta = attributes.number_or("delta", 1),
                 .alpha = attributes.number_or("alpha", 0.25),
                 .gamma = attributes.number_or("gamma", 2),
                 .balanced = attributes.number_or("apply_class_balancing", 0) != 0,
                 .from_logits = from_logits_} {
    if (attributes.has("ignore_class")) ignored_class_ = attributes.integer("ignore_class");
  }

  Target target() const override { return ops::takes_labels(kind_) ? Target::labels : Target::values; }

  Head head() const override {
    if (from_logits_ || kind_ == logits_kind_) return Head::none;
    return kind_ == LossKind::binary_cross_entropy ? Head::sigmoid : Head::softmax;
  }

  std::optional<int64_t> ignored_class() const override { return ignored_class_; }

  double evaluate(const ops::Context& context, const LossPass& pass) const override {
    const double scale = reduction_scale(context, reduction_, pass, pass.prediction.rows, ignored_class_);
    run(context, pass, scale);
    return scale * context.ops.loss.weighted_sum(context, pass.row_loss, pass.weights);
  }

  // What looks at the whole batch first: ignored labels, sums of weights, the hinges at their targets.
  bool cuts_by_rows() const override {
    const bool hinge = kind_ == LossKind::hinge || kind_ == LossKind::squared_hinge;
    return !ignored_class_ && reduction_ != Reduction::weighted_mean && !hinge;
  }

  void evaluate_part(const ops::Context& context, const LossPass& part, int64_t batch_rows) const override {
    run(context, part, reduction_scale(context, reduction_, part, batch_rows));
  }

  double total(const ops::Context& context, const LossPass& batch) const override {
    return reduction_scale(context, reduction_, batch, batch.prediction.rows) *
           context.ops.loss.weighted_sum(context, batch.row_loss, batch.weights);
  }

  void rows(const ops::Context& context, const LossPass& pass) const override { run(context, pass, 1); }

 private:
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
                                        .gradient = pass.gradient,
                                        .options = options_,
                                        .ignored_class = ignored_class_});
  }

  LossKind kind_, logits_kind_;
  bool from_logits_;
  double smoothing_;
  std::optional<int64_t> ignored_class_;
  Reduction reduction_;
  ops::LossOptions options_;
};

}  // namespace

LossPtr make_loss(const std::string& name, const Attributes& attributes) {
  for (const ops::NamedLoss& entry : ops::kNamedLosses) {
    if (name == entry.name) return std::make_shared<RowLoss>(entry.kind, entry.from_logits, attributes);
  }
  if (LossPtr region = make_region_loss(name, attributes)) return region;
  fail("Unknown loss '", name, "'.");
}

}  // namespace lamella::losses
