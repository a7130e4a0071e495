"""The policy of new layers, under the names of Keras's mixed precision: there is one numeric type a model."""

from __future__ import annotations

from lamella.base.public_names import publish
from lamella.dtype_policies import DTypePolicy, dtype_policy, set_dtype_policy

__all__ = ["DTypePolicy", "Policy", "dtype_policy", "global_policy", "set_dtype_policy", "set_global_policy"]

publish(__name__, __all__)

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
