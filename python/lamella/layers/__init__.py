"""Layers."""

from __future__ import annotations

from typing import Any

from lamella._types import Config
from lamella.input_spec import InputSpec
from lamella.layers.activations import ELU, Activation, LeakyReLU, ReLU, Softmax
from lamella.layers.activity_regularization import ActivityRegularization
from lamella.layers.alpha_dropout import AlphaDropout
from lamella.layers.augmentation import (
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from lamella.layers.batch_normalization import BatchNormalization
from lamella.layers.branches import Branches, Residual
from lamella.layers.convolution import Conv1D, Conv2D, Conv3D
from lamella.layers.cropping import Cropping1D, Cropping2D, Cropping3D
from lamella.layers.dense import Dense
from lamella.layers.depthwise_convolution import DepthwiseConv1D, DepthwiseConv2D
from lamella.layers.dropout import Dropout
from lamella.layers.flatten import Flatten
from lamella.layers.gaussian_noise import GaussianDropout, GaussianNoise
from lamella.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from lamella.layers.group_normalization import GroupNormalization
from lamella.layers.identity import Identity
from lamella.layers.input_layer import Input, InputLayer
from lamella.layers.layer import Layer
from lamella.layers.layer_normalization import LayerNormalization
from lamella.layers.normalization import Normalization
from lamella.layers.permute import Permute
from lamella.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from lamella.layers.prelu import PReLU
from lamella.layers.repeat_vector import RepeatVector
from lamella.layers.rescaling import Rescaling
from lamella.layers.reshape import Reshape
from lamella.layers.resizing import CenterCrop, Resizing
from lamella.layers.rms_normalization import RMSNormalization
from lamella.layers.separable_convolution import SeparableConv1D, SeparableConv2D
from lamella.layers.spatial_dropout import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from lamella.layers.transposed_convolution import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from lamella.layers.unit_normalization import UnitNormalization
from lamella.layers.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from lamella.layers.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from lamella.public_names import publish
from lamella.registry import Registry
from lamella.registry import serialize as _serialize

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Branches",
    "CenterCrop",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Residual",
    "Resizing",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "deserialize",
    "serialize",
]

publish(__name__, __all__)

# Keras's second names.
Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D

registry: Registry[Layer] = Registry("layer", Layer, "keras.layers")
registry.add(Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax)
registry.add(Conv1D, Conv2D, Conv3D, Conv1DTranspose, Conv2DTranspose, Conv3DTranspose)
registry.add(DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D)
registry.add(ZeroPadding1D, ZeroPadding2D, ZeroPadding3D, Cropping1D, Cropping2D, Cropping3D)
registry.add(UpSampling1D, UpSampling2D, UpSampling3D)
registry.add(SpatialDropout1D, SpatialDropout2D, SpatialDropout3D)
registry.add(AveragePooling1D, AveragePooling2D, AveragePooling3D, MaxPooling1D, MaxPooling2D, MaxPooling3D)
registry.add(GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D)
registry.add(GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D)
registry.add(Branches, Residual)
registry.add(CenterCrop, Resizing, RandomBrightness, RandomContrast, RandomCrop)
registry.add(RandomFlip, RandomRotation, RandomTranslation, RandomZoom)
registry.add(Identity, Normalization, Permute, RepeatVector)
registry.add(GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization)
registry.add(AlphaDropout, GaussianDropout, GaussianNoise)
registry.add(
    ActivityRegularization, BatchNormalization, Dense, Dropout, Flatten, InputLayer, Rescaling, Reshape
)


def serialize(layer: Layer) -> Config:
    """Write a layer as Keras writes it.

    >>> serialize(Flatten())["class_name"]
    'Flatten'
    """
    config = _serialize(registry.checked(layer), layer.module)
    if layer.built and not isinstance(layer, InputLayer):
        config["build_config"] = {"input_shape": list(layer.input_shape)}
    return config


def deserialize(config: Config, custom_objects: dict[str, Any] | None = None) -> Layer:
    """Rebuild a layer from `serialize`'s dictionary or Keras's.

    Raises:
        ValueError: for a class that is not known or an entry that is not supported.

    >>> deserialize({"class_name": "Dense", "config": {"units": 3}}).units
    3
    """
    return registry.deserialize(config, custom_objects)
