#!/usr/bin/env bash
# Trains the weights that ship with the package, from LFW Part Labels and pictures of nobody.
#   training/shipped.sh LFW WALLS FOLDER     (two cores: about four hours; started again, it resumes)
set -euo pipefail
lfw=$1 walls=$2 folder=$3
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --quiet; }

small=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-small --train-examples 150000 \
  --image-size 128 --policy "$here/small.toml")
drawn_small=$(build drawn --negatives "$walls" --name drawn-small --train-examples 50000 \
  --image-size 128 --policy "$here/small.toml")
scenes_small=$(build drawn --name scenes-small --train-examples 12000 --negative-rate 1 --eval-examples 1 \
  --image-size 128 --policy "$here/small.toml")

own=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw --train-examples 60000)
wide=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-wide --train-examples 100000 \
  --policy "$here/wide.toml")
near=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name near --train-examples 60000 \
  --policy "$here/near.toml")
hidden=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name hidden --train-examples 40000 \
  --policy "$here/hidden.toml")
drawn_wide=$(build drawn --negatives "$walls" --name drawn-wide --train-examples 40000 --policy "$here/wide.toml")
scenes=$(build drawn --name scenes --train-examples 12000 --negative-rate 1 --eval-examples 1)
nobody=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name nobody --train-examples 12000 \
  --negative-rate 1 --eval-examples 1)

train() { # RUN DATASET[=SHARE]...
  run=$folder/$1; shift
  hairnet-model train --cover 0.2 "$@" --out "$run" $([ -d "$run" ] && echo --resume)
}

train first $small=4 $drawn_small $scenes_small --steps 8000 --validate-every 1000
train second $wide=4 $own=3 $drawn_wide $scenes --init "$folder/first" \
  --learning-rate 0.0015 --steps 9000 --validate-every 500
train third $own=4 $wide=3 $drawn_wide $scenes $nobody --init "$folder/second" \
  --learning-rate 0.001 --steps 8000 --validate-every 500 --seed 1
train fourth $own=4 $wide=3 $drawn_wide $scenes $nobody --init "$folder/third" \
  --learning-rate 0.0008 --steps 4000 --validate-every 500 --seed 2
# Portraits of the train list score no better than those of the test list: more and closer views of each do not overfit.
train fifth $near=3 $hidden=4 $wide=2 $own=2 $drawn_wide $scenes $nobody \
  --init "$folder/fourth" --cover 0.1 --learning-rate 0.0012 --steps 16000 --validate-every 1000 --seed 3
# The end of the fifth predicts more hair on walls than its middle did: twice the negatives, a low learning rate.
train sixth $nobody=4 $scenes $near=2 $hidden=3 $wide=2 $own=2 \
  --init "$folder/fifth" --cover 0.1 --learning-rate 0.0005 --steps 3000 --validate-every 500 --seed 4
echo "$folder/sixth/best.keras"
