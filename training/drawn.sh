#!/usr/bin/env bash
# Trains `hairnet-drawn` from drawn portraits and drawn scenes alone: nobody's photograph takes part, not even to validate.
#   training/drawn.sh FOLDER     (two cores: about an hour; started again, it resumes)
set -euo pipefail
folder=$1
here=$(dirname "$0")

build() { hairnet-data build drawn --data-dir "$folder" --no-check --quiet "$@"; }

small=$(build --name d-small --train-examples 60000 --image-size 128 --policy "$here/small.toml")
small_heads=$(build --name d-small-world --train-examples 40000 --image-size 128 --policy "$here/faces.toml")
small_scenes=$(build --name d-small-scenes --train-examples 12000 --negative-rate 1 --eval-examples 1 --image-size 128 \
  --policy "$here/small.toml")
world=$(build --name d-world --train-examples 40000 --policy world)
near=$(build --name d-near --train-examples 40000 --policy "$here/near.toml")
wide=$(build --name d-wide --train-examples 40000 --policy "$here/wide.toml")
heads=$(build --name d-faces --train-examples 40000 --policy "$here/faces.toml")
scenes=$(build --name d-scenes --train-examples 24000 --negative-rate 1 --eval-examples 1 --seed 7)

train() { # RUN DATASET=SHARE...
  run=$folder/$1; shift
  hairnet-model train --cover 0.1 "$@" --out "$run" $([ -d "$run" ] && echo --resume)
}

train drawn1 "$small=3" "$small_heads=2" "$small_scenes=1" --steps 7000 --validate-every 1000
# Drawings have fewer colours than photographs: their colours are changed more.
train drawn2 "$world=1.5" "$near=2" "$wide=3" "$heads=2" "$scenes=1.5" --init "$folder/drawn1" \
  --learning-rate 0.0015 --steps 7000 --validate-every 700 --jitter 1.5
echo "$folder/drawn2/best.keras"
