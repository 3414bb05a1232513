"""What every LiteRT file that is exported from a network must be."""

from __future__ import annotations

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.ledger import to_json
from hairnet_model.export import litert
from hairnet_model.export.pipeline import Exported
from hairnet_model.model_io.model_file import Model


def check_litert(exported: Exported, model: Model, images: Pixels, quantize: str | None, most: float) -> None:
    """Whether a file of a 224-pixel network is alone in its folder, small, like the network, and for XNNPACK.

    Args:
        exported: what `export` returned.
        model: what was exported.
        images: what it was compared on.
        quantize: as it was exported.
        most: the file must have fewer bytes.
    """
    content = exported.path.read_bytes()
    assert len(content) == exported.size < most
    assert [path.name for path in exported.path.parent.iterdir()] == ["hair.tflite"]
    assert exported.agreement.pictures == len(images)
    assert min(exported.agreement.iou) >= (0.97 if quantize == "int8" else 0.995)
    assert min(exported.agreement.share) >= 0.05
    about = litert.metadata(content)
    assert about["ledger"] == to_json(model.ledger) != []
    assert (about["classes"], about["image_size"], about["pad"], about["quantized"]) == (list(NAMES), 224, 96, quantize)
    run = litert.Runtime(content)
    assert run.outside_xnnpack() == ["CAST"]
    (inputs,), (results,) = run._interpreter.get_input_details(), run._interpreter.get_output_details()
    assert (inputs["dtype"], list(inputs["shape"])) == (np.uint8, [1, 224, 224, 3])
    assert (results["dtype"], list(results["shape"])) == (np.float32, [1, 224, 224, 3])
    probabilities = run(images[:1])
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-3 if quantize != "int8" else 5e-3)
    assert not any(op["op_name"].startswith(("FLEX", "CUSTOM")) for op in run._interpreter._get_ops_details())
