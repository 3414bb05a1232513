#!/usr/bin/env bash
# Trains the pose head that ships with the package, for the network `hairnet`, which stays as it is.
#   training/pose.sh LFW POSES WALLS FOLDER     (two cores: about half an hour, most of it drawing and the features)
# POSES is a poses.csv of LFW's portraits; without a head for photographs: train-pose on the first dataset alone.
set -euo pipefail
lfw=$1 poses=$2 walls=$3 folder=$4
here=$(dirname "$0")

build() { hairnet-data build "$@" --policy "$here/pose.toml" --data-dir "$folder" --no-check --quiet; }

drawn=$(build drawn --portraits 24000 --negatives "$walls" --name pose-drawn --train-examples 40000)
people=$(build lfw_parts --source-dir "$lfw" --poses "$poses" --negatives "$walls" --name pose-lfw --train-examples 24000)
nobody=$(hairnet-data build drawn --negatives "$walls" --negative-rate 1 --train-examples 8000 --eval-examples 1 \
  --name pose-nobody --data-dir "$folder" --no-check --quiet)

hairnet-model train-pose "$drawn" "$people" "$nobody" --out "$folder/pose"
hairnet-model export --pose "$folder/pose" --quantize float16 --out "$folder/hairnet_pose.tflite"
