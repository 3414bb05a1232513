from __future__ import annotations

import keras
import pytest

from hairnet_model.training.precision import dtype_policy, policy_name


def test_names() -> None:
    assert policy_name("float32") == "float32"
    assert policy_name("bfloat16") == "mixed_bfloat16"
    assert policy_name("auto") in ("float32", "mixed_bfloat16")


def test_the_global_policy_is_put_back() -> None:
    before = keras.config.dtype_policy().name
    with dtype_policy("mixed_bfloat16"):
        assert keras.layers.Conv2D(1, 1).compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == before
    with pytest.raises(ZeroDivisionError), dtype_policy("mixed_bfloat16"):
        divmod(1, 0)
    assert keras.config.dtype_policy().name == before
