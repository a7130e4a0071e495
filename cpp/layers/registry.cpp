#include "layers/registry.h"

#include <map>

#include "base/error.h"
#include "layers/activation.h"
#include "layers/augment.h"
#include "layers/batch_normalization.h"
#include "layers/conv.h"
#include "layers/dense.h"
#include "layers/depthwise_conv.h"
#include "layers/dropout.h"
#include "layers/map_axis.h"
#include "layers/merge.h"
#include "layers/permute.h"
#include "layers/pool.h"
#include "layers/prelu.h"
#include "layers/rescaling.h"
#include "layers/reshape.h"
#include "layers/row_normalization.h"

namespace lamella::layers {

namespace {

using Factory = LayerPtr (*)(const Definition&);

template <class L>
LayerPtr make(const Definition& definition) {
  return std::make_shared<L>(definition);
}

const std::map<std::string, Factory>& factories() {
  static const std::map<std::string, Factory> map{
      {"activation", make_activation},
      {"add", make<Add>},
      {"batch_normalization", make<BatchNormalization>},
      {"concatenate", make<Concatenate>},
      {"conv", make<Conv>},
      {"conv_transpose", make<ConvTranspose>},
      {"dense", make<Dense>},
      {"depthwise_conv", make<DepthwiseConv>},
      {"dropout", make<Dropout>},
      {"map_axis", make<MapAxis>},
      {"permute", make<Permute>},
      {"pool", make<Pool>},
      {"prelu", make<PRelu>},
      {"rescaling", make<Rescaling>},
      {"gaussian_noise", make<GaussianNoise>},
      {"random_color", make<RandomColor>},
      {"random_transform", make<RandomTransform>},
      {"row_normalization", make<RowNormalization>},
      {"spatial_dropout", make<SpatialDropout>},
      {"reshape", make<Reshape>},
  };
  return map;
}

}  // namespace

LayerPtr make_layer(const std::string& op, const Definition& definition) {
  const auto found = factories().find(op);
  if (found == factories().end()) fail("Unknown operation '", op, "'.");
  return found->second(definition);
}

}  // namespace lamella::layers
