"""Layers."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.graph.input_spec import InputSpec as InputSpec
    from lamella.graph.layer import Layer as Layer
    from lamella.layers.activations import *
    from lamella.layers.activity_regularization import *
    from lamella.layers.alpha_dropout import *
    from lamella.layers.augmentation import *
    from lamella.layers.batch_normalization import *
    from lamella.layers.branches import *
    from lamella.layers.convolution import *
    from lamella.layers.cropping import *
    from lamella.layers.dense import *
    from lamella.layers.depthwise_convolution import *
    from lamella.layers.dropout import *
    from lamella.layers.flatten import *
    from lamella.layers.gaussian_noise import *
    from lamella.layers.global_pooling import *
    from lamella.layers.group_normalization import *
    from lamella.layers.identity import *
    from lamella.layers.input_layer import *
    from lamella.layers.layer_normalization import *
    from lamella.layers.lookup import *
    from lamella.layers.normalization import *
    from lamella.layers.permute import *
    from lamella.layers.pooling import *
    from lamella.layers.prelu import *
    from lamella.layers.repeat_vector import *
    from lamella.layers.rescaling import *
    from lamella.layers.reshape import *
    from lamella.layers.resizing import *
    from lamella.layers.rms_normalization import *
    from lamella.layers.separable_convolution import *
    from lamella.layers.spatial_dropout import *
    from lamella.layers.transposed_convolution import *
    from lamella.layers.unit_normalization import *
    from lamella.layers.up_sampling import *
    from lamella.layers.zero_padding import *

publish_package(
    __name__,
    {
        "activations": "Activation ELU LeakyReLU ReLU Softmax",
        "activity_regularization": "ActivityRegularization",
        "alpha_dropout": "AlphaDropout",
        "augmentation": (
            "RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation "
            "RandomTranslation RandomZoom"
        ),
        "batch_normalization": "BatchNormalization",
        "branches": "Branches Residual",
        "convolution": "Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D",
        "cropping": "Cropping1D Cropping2D Cropping3D",
        "dense": "Dense",
        "depthwise_convolution": "DepthwiseConv1D DepthwiseConv2D",
        "dropout": "Dropout",
        "flatten": "Flatten",
        "gaussian_noise": "GaussianDropout GaussianNoise",
        "global_pooling": (
            "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
            "GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D "
            "GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D"
        ),
        "group_normalization": "GroupNormalization",
        "identity": "Identity",
        "input_layer": "Input InputLayer",
        "lamella.graph.layer": "Layer",
        "layer_normalization": "LayerNormalization",
        "lookup": "deserialize serialize",
        "normalization": "Normalization",
        "permute": "Permute",
        "pooling": (
            "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D "
            "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D"
        ),
        "prelu": "PReLU",
        "repeat_vector": "RepeatVector",
        "rescaling": "Rescaling",
        "reshape": "Reshape",
        "resizing": "CenterCrop Resizing",
        "rms_normalization": "RMSNormalization",
        "separable_convolution": (
            "SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D"
        ),
        "spatial_dropout": "SpatialDropout1D SpatialDropout2D SpatialDropout3D",
        "transposed_convolution": (
            "Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1DTranspose "
            "Convolution2DTranspose Convolution3DTranspose"
        ),
        "unit_normalization": "UnitNormalization",
        "up_sampling": "UpSampling1D UpSampling2D UpSampling3D",
        "zero_padding": "ZeroPadding1D ZeroPadding2D ZeroPadding3D",
        "lamella.graph.input_spec": "InputSpec",
    },
)
