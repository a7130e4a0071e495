// Rewrites of a program that keep its meaning and save passes over memory.
#pragma once
#include "engine/program.h"

namespace lamella::engine {

// Element-wise activations move into the layer in front of them (dense, batch normalisation) where that layer
// is read by nobody else and the activation's derivative comes from its output.
Program fuse_activations(const ops::Context& context, Program program);

// For inference: batch normalisation moves into the kernel and the bias of the dense or convolutional layer
// in front of it.
Program fold_normalizations(Program program);

// Softmax or sigmoid at the end goes into the loss that asks for it: computed from logits, stable, in one
// pass. Keras clips probabilities at 1e-7 instead, so losses differ beyond -log(1e-7) = 16.1.
Program fuse_head(Program program, losses::Head head);

}  // namespace lamella::engine
