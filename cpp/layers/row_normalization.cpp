#include "layers/row_normalization.h"

#include "base/error.h"

namespace lamella::layers {

RowNormalization::RowNormalization(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      settings_{definition.attributes.number("centred") != 0, definition.attributes.number("unit") != 0,
                definition.attributes.number("epsilon"), definition.attributes.integer("groups"),
                input_cols() / definition.attributes.integer("segments")} {
  const Shape& shape = definition.inputs[0];
  const bool has_groups =
      settings_.groups == 1 || (shape.size() > 1 && shape[shape.size() - 2] == settings_.groups);
  if (!has_groups || input_cols() % definition.attributes.integer("segments") != 0)
    misuse("'", name(), "' cannot split ", to_string_with_batch(shape), " into ", settings_.groups,
           " groups");
  for (const VariablePtr& variable : variables()) {
    if (variable && variable->size() != settings_.groups * settings_.width) {
      fail("Layer '", name(), "' has ", variable->size(), " channels and cannot take inputs of shape ",
           to_string_with_batch(shape), ".");
    }
  }
}

int64_t RowNormalization::statistics_bytes(int64_t rows) const {
  return round_up(rows * positions() * size_of(dtype()), kAlignment);
}

Needs RowNormalization::needs(const ops::Context& context, int64_t rows, bool training) const {
  Needs needs{.saved = 2 * statistics_bytes(rows), .forward_in_place = !training, .backward_in_place = true};
  if (training) {
    needs.backward_scratch = context.ops.row_norm.scratch_bytes(dtype(), settings_);
    needs.backward_reads_input = true;
  }
  return needs;
}

void RowNormalization::forward(const ForwardPass& pass) const {
  char* mean = static_cast<char*>(pass.saved);
  pass.context.ops.row_norm.forward(
      pass.context, settings_, input_view(pass.inputs[0], pass.state), variable_view(0), variable_view(1),
      output_view(pass.outputs[0], pass.state), mean, mean + statistics_bytes(pass.state.rows));
}

void RowNormalization::backward(const BackwardPass& pass) const {
  const char* mean = static_cast<const char*>(pass.saved);
  pass.context.ops.row_norm.backward(
      pass.context, settings_, input_view(pass.inputs[0], pass.state), variable_view(0), mean,
      mean + statistics_bytes(pass.state.rows), output_view(pass.output_gradients[0], pass.state),
      input_view(pass.input_gradients[0], pass.state), variable_view(0, pass.variable_gradients[0]),
      variable_view(1, pass.variable_gradients[1]), pass.scratch);
}

}  // namespace lamella::layers
