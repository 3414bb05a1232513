#!/usr/bin/env bash
# Trains the weights that ship with the package, from LFW Part Labels and pictures of nobody.
#   training/shipped.sh LFW WALLS FOLDER     (two cores: about two hours; started again, it goes on)
set -euo pipefail
lfw=$1 walls=$2 folder=$3
here=$(dirname "$0")

build() { hairnet-data build "$@" --negatives "$walls" --data-dir "$folder" --quiet; }

small=$(build lfw_parts --source-dir "$lfw" --name lfw-small --train-examples 150000 --image-size 128 --policy "$here/small.toml")
drawn_small=$(build drawn --name drawn-small --train-examples 50000 --image-size 128 --policy "$here/small.toml")
wide=$(build lfw_parts --source-dir "$lfw" --name lfw-wide --train-examples 100000 --policy "$here/wide.toml")
drawn_wide=$(build drawn --name drawn-wide --train-examples 40000 --policy "$here/wide.toml")

own=$(build lfw_parts --source-dir "$lfw" --name lfw --train-examples 60000)
nobody=$(build lfw_parts --source-dir "$lfw" --name nobody --train-examples 12000 --negative-rate 1 --eval-examples 1)

train() { # RUN DATASET...: a dataset named several times has several shares
  run=$folder/$1; shift
  hairnet-model train "$@" --out "$run" $([ -e "$run/state.npz" ] && echo --resume)
}

# The first was stopped by hand after 6,000 of 9,400 steps, while its learning rate was still at 30 %.
train first $small $small $small $drawn_small --steps 6000 --validate-every 500
train second $wide $wide $wide $drawn_wide --init "$folder/first" --learning-rate 0.0015 --steps 5000 --validate-every 500
train third $own $own $wide $wide $wide $drawn_wide $nobody --init "$folder/second" --learning-rate 0.0006 --steps 2200 \
  --validate-every 550 --seed 1
echo "$folder/third/best.keras"
