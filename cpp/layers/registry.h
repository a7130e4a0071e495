// From the name of an op to its layer: the one list a new layer is added to.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

LayerPtr make_layer(const std::string& op, const Definition& definition);

}  // namespace lamella::layers
