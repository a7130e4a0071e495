"""Settings: numeric type, epsilon, order of axes, threads."""

from typing import TYPE_CHECKING

from lamella.base.public_names import publish_package

if TYPE_CHECKING:
    from lamella.base.config import *
    from lamella.dtype_policies import dtype_policy as dtype_policy
    from lamella.dtype_policies import set_dtype_policy as set_dtype_policy

publish_package(
    __name__,
    {
        "lamella.base.config": (
            "epsilon floatx image_data_format num_threads set_epsilon set_floatx set_image_data_format "
            "set_num_threads standardize_dtype"
        ),
        "lamella.dtype_policies": "dtype_policy set_dtype_policy",
    },
)
