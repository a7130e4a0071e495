"""Layers."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.graph.input_spec import InputSpec as InputSpec
    from lamella.graph.layer import Layer as Layer
    from lamella.layers.activations.prelu import *
    from lamella.layers.activations.steps import *
    from lamella.layers.convolutional.convolution import *
    from lamella.layers.convolutional.depthwise_convolution import *
    from lamella.layers.convolutional.separable_convolution import *
    from lamella.layers.convolutional.transposed_convolution import *
    from lamella.layers.core.dense import *
    from lamella.layers.core.identity import *
    from lamella.layers.core.input_layer import *
    from lamella.layers.lookup import *
    from lamella.layers.merging.branches import *
    from lamella.layers.normalization.batch_normalization import *
    from lamella.layers.normalization.group_normalization import *
    from lamella.layers.normalization.layer_normalization import *
    from lamella.layers.normalization.rms_normalization import *
    from lamella.layers.normalization.unit_normalization import *
    from lamella.layers.pooling.global_pooling import *
    from lamella.layers.pooling.pooling import *
    from lamella.layers.preprocessing.augmentation import *
    from lamella.layers.preprocessing.normalization import *
    from lamella.layers.preprocessing.rescaling import *
    from lamella.layers.preprocessing.resizing import *
    from lamella.layers.regularization.activity_regularization import *
    from lamella.layers.regularization.alpha_dropout import *
    from lamella.layers.regularization.dropout import *
    from lamella.layers.regularization.gaussian_noise import *
    from lamella.layers.regularization.spatial_dropout import *
    from lamella.layers.reshaping.cropping import *
    from lamella.layers.reshaping.flatten import *
    from lamella.layers.reshaping.permute import *
    from lamella.layers.reshaping.repeat_vector import *
    from lamella.layers.reshaping.reshape import *
    from lamella.layers.reshaping.up_sampling import *
    from lamella.layers.reshaping.zero_padding import *

publish_package(
    __name__,
    {
        "activations.steps": "Activation ELU LeakyReLU ReLU Softmax",
        "regularization.activity_regularization": "ActivityRegularization",
        "regularization.alpha_dropout": "AlphaDropout",
        "preprocessing.augmentation": (
            "RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation "
            "RandomTranslation RandomZoom"
        ),
        "normalization.batch_normalization": "BatchNormalization",
        "merging.branches": "Branches Residual",
        "convolutional.convolution": "Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D",
        "reshaping.cropping": "Cropping1D Cropping2D Cropping3D",
        "core.dense": "Dense",
        "convolutional.depthwise_convolution": "DepthwiseConv1D DepthwiseConv2D",
        "regularization.dropout": "Dropout",
        "reshaping.flatten": "Flatten",
        "regularization.gaussian_noise": "GaussianDropout GaussianNoise",
        "pooling.global_pooling": (
            "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
            "GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D "
            "GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D"
        ),
        "normalization.group_normalization": "GroupNormalization",
        "core.identity": "Identity",
        "core.input_layer": "Input InputLayer",
        "lamella.graph.layer": "Layer",
        "normalization.layer_normalization": "LayerNormalization",
        "lookup": "deserialize serialize",
        "preprocessing.normalization": "Normalization",
        "reshaping.permute": "Permute",
        "pooling.pooling": (
            "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D "
            "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D"
        ),
        "activations.prelu": "PReLU",
        "reshaping.repeat_vector": "RepeatVector",
        "preprocessing.rescaling": "Rescaling",
        "reshaping.reshape": "Reshape",
        "preprocessing.resizing": "CenterCrop Resizing",
        "normalization.rms_normalization": "RMSNormalization",
        "convolutional.separable_convolution": (
            "SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D"
        ),
        "regularization.spatial_dropout": "SpatialDropout1D SpatialDropout2D SpatialDropout3D",
        "convolutional.transposed_convolution": (
            "Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1DTranspose "
            "Convolution2DTranspose Convolution3DTranspose"
        ),
        "normalization.unit_normalization": "UnitNormalization",
        "reshaping.up_sampling": "UpSampling1D UpSampling2D UpSampling3D",
        "reshaping.zero_padding": "ZeroPadding1D ZeroPadding2D ZeroPadding3D",
        "lamella.graph.input_spec": "InputSpec",
    },
)
