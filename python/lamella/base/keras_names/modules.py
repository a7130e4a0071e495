"""The names of modules that are not here."""

from __future__ import annotations

from lamella.base.keras_names.absent import LEFT_OUT, PLANNED, Absent

_OWN_LAYER = "write a layer with forward(x, training) and backward(x, y, gradient), see lamella.layers.Layer"
_FLOAT_TYPES = "give dtype='float32' or 'float64', or call lamella.config.set_floatx"
_CALLBACKS = "follow training with lamella.callbacks.Callback and steps with train_on_batch"

MODULES = (
    Absent(
        "",
        LEFT_OUT,
        "KerasTensor Function Operation StatelessScope SymbolicScope RematScope remat tree",
        "there is no symbolic graph",
        "stack layers in a Sequential; layers.Residual and layers.Branches hold what runs side by side",
    ),
    Absent(
        "",
        LEFT_OUT,
        "applications",
        "their networks are functional graphs with weights to download",
        "build one of Conv2D, layers.Residual and layers.Branches; load_model reads stacks of Keras's files",
    ),
    Absent("", LEFT_OUT, "Quantizer quantizers", "nothing is computed in integers", _FLOAT_TYPES),
    Absent(
        "",
        LEFT_OUT,
        "distribution distillation",
        "training runs on the cores of one machine",
        "lamella.config.set_num_threads says on how many",
    ),
    Absent("", LEFT_OUT, "visualization", "galleries of pictures", "draw them with matplotlib's imshow"),
    Absent("", LEFT_OUT, "legacy src", "Keras's own past and inside", "use the public names"),
    Absent("export", LEFT_OUT, "ExportArchive", "archives of TensorFlow's", "model.export writes ONNX and C"),
    Absent(
        "layers",
        PLANNED,
        "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D "
        "AdaptiveMaxPooling2D AdaptiveMaxPooling3D",
        "pooling to a size that is given",
        "choose pool_size and strides of AveragePooling and MaxPooling by the size of the input, or Resizing",
    ),
    Absent(
        "layers",
        PLANNED,
        "AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization Equalization RandAugment "
        "RandomColorDegeneration RandomColorJitter RandomElasticTransform RandomErasing RandomGaussianBlur "
        "RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomSaturation "
        "RandomSharpness RandomShear Solarization",
        "further changes to pictures",
        "RandomFlip, RandomCrop, RandomTranslation, RandomRotation, RandomZoom, RandomBrightness and "
        "RandomContrast are here; change pictures otherwise before fit",
    ),
    Absent(
        "layers",
        PLANNED,
        "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GRU GRUCell LSTM LSTMCell RNN SimpleRNN "
        "SimpleRNNCell StackedRNNCells",
        "recurrence",
        "for sequences of one length use Conv1D with padding='causal' and dilation_rate, then "
        "GlobalAveragePooling1D or Flatten",
    ),
    Absent(
        "layers",
        PLANNED,
        "Embedding ReversibleEmbedding",
        "embeddings of integers",
        "give Dense one-hot rows (utils.to_categorical), or counts of words",
    ),
    Absent(
        "layers",
        PLANNED,
        "Masking",
        "masks of time steps",
        "let sample_weight of shape (rows, steps) leave out what does not count",
    ),
    Absent("layers", PLANNED, "MultiHeadAttention", "attention", _OWN_LAYER),
    Absent(
        "layers",
        PLANNED,
        "TimeDistributed",
        "a layer for each time step",
        "Dense works on the last axis of any shape; convolve along time with Conv1D",
    ),
    Absent(
        "layers",
        PLANNED,
        "CategoryEncoding Discretization Hashing IntegerLookup StringLookup TextVectorization",
        "preprocessing of categories and text",
        "prepare arrays before fit: utils.to_categorical, numpy.digitize, pandas.get_dummies, scikit-learn's "
        "CountVectorizer",
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "Add Average Concatenate Dot Maximum Minimum Multiply Subtract add average concatenate dot maximum "
        "minimum multiply subtract",
        "they join several tensors, and there is no functional graph",
        "layers.Residual adds to what goes around, layers.Branches joins what runs side by side",
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "AdditiveAttention Attention GroupQueryAttention HashedCrossing",
        "they take several tensors, and there is no functional graph",
        _OWN_LAYER,
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
        "they wrap other frameworks",
        "saving.load_torch_state_dict reads the weights of PyTorch's stacks",
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "CutMix MixUp MaxNumBoundingBoxes",
        "they take labels or boxes beside pictures",
        "mix pictures and labels in a generator, or a utils.PyDataset, for fit",
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "Lambda",
        "a function without a gradient cannot be trained through",
        "use Activation for activations, Rescaling, Reshape and the like, or " + _OWN_LAYER,
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "SpectralNormalization",
        "its kernel would be another variable in each step",
        "regularizers.OrthogonalRegularizer and constraints.UnitNorm are the nearest",
    ),
    Absent(
        "layers",
        LEFT_OUT,
        "EinsumDense MelSpectrogram STFTSpectrogram Pipeline Wrapper",
        "einsum notation, signal transforms and wrappers have little use in stacks of layers",
        "use Dense behind Permute and Reshape, spectra computed before fit, and Sequential",
    ),
    Absent("losses", PLANNED, "Circle circle CTC ctc", "the rest", "write a losses.FunctionLoss"),
    Absent(
        "metrics",
        PLANNED,
        "BinaryIoU ConcordanceCorrelation IoU MeanIoU OneHotIoU OneHotMeanIoU PearsonCorrelation "
        "PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity "
        "concordance_correlation pearson_correlation",
        "intersections over unions, correlations, operating points",
        "write one as lamella.metrics.Metric with update_state, result and reset_state",
    ),
    Absent(
        "optimizers",
        PLANNED,
        "Adafactor Lamb Muon ScheduleFreeAdamW",
        "further formulas",
        "AdamW is the nearest that is here",
    ),
    Absent(
        "optimizers",
        LEFT_OUT,
        "LossScaleOptimizer MultiOptimizer OptimizerMap legacy",
        "several optimizers in one model, half precision and TensorFlow's names",
        "one optimizer changes all weights; its classes are in lamella.optimizers itself",
    ),
    Absent(
        "initializers",
        LEFT_OUT,
        "STFT STFTInitializer stft",
        "a signal transform's kernel",
        "pass the kernel as an array",
    ),
    Absent(
        "callbacks",
        PLANNED,
        "SwapEMAWeights",
        "averages in the place of weights while validating",
        "use_ema=True of the optimizer puts them there at the end of fit",
    ),
    Absent(
        "callbacks",
        LEFT_OUT,
        "OrbaxCheckpoint RemoteMonitor",
        "they need Orbax, or a server",
        "use ModelCheckpoint and BackupAndRestore; send logs from a callback of your own",
    ),
    Absent(
        "utils",
        PLANNED,
        "text_dataset_from_directory timeseries_dataset_from_array plot_model model_to_dot split_dataset",
        "pictures, text and sequences",
        "read files with Pillow and NumPy into arrays, and pass these, or generators of batches, to fit",
    ),
    Absent(
        "utils",
        PLANNED,
        "disable_interactive_logging enable_interactive_logging is_interactive_logging_enabled",
        "where progress is written",
        "verbose of fit, evaluate and predict",
    ),
    Absent(
        "utils",
        LEFT_OUT,
        "Config FeatureSpace audio_dataset_from_directory bounding_boxes get_source_inputs legacy",
        "other frameworks, boxes, audio and TensorFlow's names",
        "prepare arrays before fit",
    ),
    Absent(
        "saving",
        LEFT_OUT,
        "KerasFileEditor",
        "editing other programs' files",
        "load the model, change it, save it",
    ),
    Absent(
        "config",
        PLANNED,
        "disable_interactive_logging enable_interactive_logging is_interactive_logging_enabled",
        "where progress is written",
        "verbose of fit, evaluate and predict",
    ),
    Absent(
        "config",
        LEFT_OUT,
        "backend disable_flash_attention disable_traceback_filtering enable_flash_attention "
        "enable_traceback_filtering enable_unsafe_deserialization is_flash_attention_enabled is_nnx_enabled "
        "is_traceback_filtering_enabled max_epochs max_steps_per_epoch set_backend set_max_epochs "
        "set_max_steps_per_epoch",
        "there is one backend, tracebacks are whole, and there is nothing to unlock",
        "leave it out",
    ),
    Absent(
        "mixed_precision",
        LEFT_OUT,
        "LossScaleOptimizer",
        "nothing is computed in half precision",
        "pass the optimizer itself",
    ),
    Absent(
        "dtype_policies",
        LEFT_OUT,
        "AWQDTypePolicy DTypePolicyMap GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy "
        "QuantizedFloat8DTypePolicy",
        "nothing is computed in integers, and a model has one numeric type",
        _FLOAT_TYPES,
    ),
    Absent(
        "ops",
        PLANNED,
        "adaptive_average_pool adaptive_max_pool",
        "pooling to a size that is given",
        "average_pool and max_pool, with windows as long as the input divided by the output",
    ),
    Absent(
        "ops.image",
        PLANNED,
        "affine_transform elastic_transform extract_patches_3d map_coordinates perspective_transform "
        "scale_and_translate sobel_edges ssim",
        "further changes to pictures",
        "ops.image.resize, the layers for pictures called on arrays, or scipy.ndimage",
    ),
    Absent(
        "ops",
        PLANNED,
        "ctc_decode ctc_loss",
        "sequences of labels without their places",
        "PyTorch's ctc_loss takes the outputs of predict",
    ),
    Absent(
        "ops",
        LEFT_OUT,
        "custom_gradient jvp",
        "operations record nothing for gradients",
        _OWN_LAYER,
    ),
    Absent("ops", LEFT_OUT, "associative_scan", "scans of any order", "scan, cumsum and cumprod"),
    Absent("ops", LEFT_OUT, "rearrange", "a language for axes", "reshape and transpose"),
    Absent(
        "preprocessing",
        PLANNED,
        "text_dataset_from_directory timeseries_dataset_from_array",
        "data sets of folders",
        "read files into arrays, and pass these, or generators of batches, to fit",
    ),
    Absent(
        "preprocessing",
        LEFT_OUT,
        "text",
        "Keras itself has left it",
        "scikit-learn's CountVectorizer, or a dictionary of words, then preprocessing.sequence.pad_sequences",
    ),
    Absent(
        "preprocessing.image",
        LEFT_OUT,
        "DirectoryIterator ImageDataGenerator Iterator NumpyArrayIterator",
        "Keras itself has left them",
        "layers.Rescaling, RandomFlip, RandomRotation and the like at the head of the model",
    ),
)
"""By the modules they belong to in Keras; a module that is missing stands for all of its names."""
