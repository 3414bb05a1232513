"""Averages the weights of a network before and after it learned something new, and raises the logit of background.

python training/average.py BEFORE.keras AFTER.keras OUT.keras [--share 0.75] [--background 1]

What a network knew and what it learned later often survive in the average of both (Wortsman et al., "Robust fine-tuning
of zero-shot models", CVPR 2022). Metadata are those of AFTER but for the ledger of terms: weights that ship have it in
`model_io.shipped`.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from hairnet_data.core.classes import BACKGROUND, NAMES
from hairnet_model.model_io import model_file
from hairnet_model.networks import fcn
from hairnet_model.networks.transfer import transfer

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("before", type=Path)
parser.add_argument("after", type=Path)
parser.add_argument("out", type=Path)
parser.add_argument("--share", type=float, default=0.75, help="of AFTER in the average")
parser.add_argument("--background", type=float, default=1.0, help="added to the logit of background")
arguments = parser.parse_args()

before, after = fcn.create(), model_file.load(arguments.after)
transfer(model_file.load(arguments.before).network, before)
pairs = zip(before.get_weights(), after.network.get_weights(), strict=True)
after.network.set_weights([(1 - arguments.share) * old + arguments.share * new for old, new in pairs])
last = [layer for layer in after.network.layers if layer.weights][-1]  # four pixels, each with all classes
kernel, gain, bias = last.get_weights()
bias[BACKGROUND :: len(NAMES)] += arguments.background
last.set_weights([kernel, gain, bias])
model_file.save(arguments.out, replace(after, ledger=()))
