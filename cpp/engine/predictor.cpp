#include "engine/predictor.h"

#include <algorithm>
#include <mutex>

#include "engine/fuse.h"

namespace lamella::engine {

namespace {

// Rows of a batch where the caller leaves it open: enough to share out, few enough that what one layer hands
// to the next stays near.
int64_t batch_rows(const ops::Context& context, const Program& program) {
  constexpr int64_t kLeastRows = 64, kMostRows = 4096;
  int64_t row_bytes = 1;
  for (const Node& node : program.nodes) {
    int64_t elements = checked_product(node.layer->output_shape());
    for (int input : node.inputs) elements += checked_product(program.values[static_cast<size_t>(input)]);
    row_bytes = std::max(row_bytes, elements * size_of(program.dtype));
  }
  return std::clamp(context.device.near_bytes / row_bytes, kLeastRows, kMostRows);
}

// A batch with more work than this takes long enough to look for signals between its ops.
constexpr double kLongBatch = 1e9;

// Of one row, in floating point operations; an element that goes to memory takes as long as several.
double work(const Program& program) {
  constexpr double kOfAnElement = 10;
  double sum = 0;
  for (const Node& node : program.nodes)
    sum += node.layer->forward_flops() +
           kOfAnElement * static_cast<double>(checked_product(node.layer->output_shape()));
  return sum;
}

bool is_contiguous(const ops::ArrayView& x, int64_t cols) {
  return x.rows_contiguous() && (x.rows() == 1 || x.strides[0] == cols * size_of(x.dtype));
}

}  // namespace

Predictor::Predictor(const ops::Context& context, const Program& program, bool training, bool augments,
                     std::shared_ptr<Arenas> arenas)
    : context_(context),
      program_(fuse_activations(context, training ? program : fold_normalizations(program))),
      training_(training),
      augments_(training || augments),
      arenas_(std::move(arenas)),
      work_(work(program_)),
      batch_rows_(batch_rows(context, program_)),
      input_cols_(checked_product(program_.input_shape())),
      output_row_bytes_(checked_product(checked_product(program_.output_shape()), size_of(program_.dtype))) {}

Predictor::Lane Predictor::take_lane(int64_t rows) {
  std::vector<Lane> outgrown;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  if (!plan_ || plan_->capacity() < rows) {
    outgrown.swap(free_lanes_);
    const auto mode = training_ ? Plan::Mode::training : Plan::Mode::inference;
    plan_ = std::make_shared<Plan>(context_, program_, rows, mode);
  }
  if (free_lanes_.empty()) return {plan_, nullptr};
  Lane lane = std::move(free_lanes_.back());
  free_lanes_.pop_back();
  return lane;
}

void Predictor::give_back(Lane lane) {
  const std::lock_guard lock(mutex_);
  if (lane.plan == plan_) free_lanes_.push_back(std::move(lane));
}

void Predictor::predict(const ops::ArrayView& x, int64_t batch_size, uint32_t seed, void* output,
                        const Poll& poll) {
  const int64_t rows = x.rows();
  // Batch statistics and random numbers depend on what is in a batch: then the caller's is kept whole.
  int64_t batch = batch_size > 0 ? std::min(batch_size, rows) : rows;
  if (!augments_) batch = std::min(batch, batch_rows_);
  Lane lane = take_lane(batch);
  Arena arena = arenas_->take();
  char* const memory = arena.reserve(lane.plan->arena_bytes());
  if (!lane.workspace || lane.workspace->arena != memory) lane.workspace = lane.plan->make_workspace(memory);
  const uint64_t call = calls_.fetch_add(1, std::memory_order_relaxed);
  const Poll* long_poll = work_ * static_cast<double>(batch) > kLongBatch ? &poll : nullptr;
  for (int64_t first = 0; first < rows; first += batch) {
    if (first > 0) poll();
    lane.workspace->state = {.rows = std::min(batch, rows - first),
                             .step = call,
                             .seed = seed,
                             .training = training_,
                             .augments = augments_};
    predict_batch(lane, x, first, static_cast<char*>(output) + first * output_row_bytes_, long_poll);
  }
  give_back(std::move(lane));
  arenas_->give_back(std::move(arena));
}

void Predictor::predict_batch(const Lane& lane, const ops::ArrayView& x, int64_t first, char* output,
                              const Poll* poll) {
  Workspace& workspace = *lane.workspace;
  const Plan& plan = *lane.plan;
  const bool only_views = plan.share_buffer(Program::kInput, program_.output);
  char* input = const_cast<char*>(x.data) + first * x.strides[0];
  if (only_views || x.dtype != program_.dtype || !is_contiguous(x, input_cols_)) {
    input = only_views ? output : plan.value(workspace, Program::kInput);
    context_.ops.gather.gather(context_, x, nullptr, first,
                               {input, program_.dtype, workspace.state.rows, input_cols_});
    if (only_views) return;
  }
  plan.rebind(workspace, Program::kInput, input);
  plan.rebind(workspace, program_.output, output);
  plan.forward(workspace, poll);
}

}  // namespace lamella::engine
