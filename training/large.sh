#!/usr/bin/env bash
# Trains the network that looks again at large heads, from the weights of training/filled.sh on: hairnet_448.tflite.
#   training/large.sh LFW CELEBAMASK FIGARO WALLS PHOTOS FOLDER     (two cores: an hour and a half)
# The folders are as for filled.sh, which has to have run in FOLDER. Started again, it resumes.
set -euo pipefail
lfw=$1 celebamask=$2 figaro=$3 walls=$4 photos=$5 folder=$6
here=$(dirname "$0")

build() { hairnet-data build "$@" --image-size 448 --data-dir "$folder" --eval-examples 1 --no-check --skip-bad --quiet --seed 41; }

# It sees nothing but heads that were found: nearly all are large, and few pictures show nobody.
near=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask-large --train-examples 14000 --policy "$here/near.toml")
filled=$(build folder --source-dir "$folder/celeb-faces" --negatives "$walls" --name celeb-faces-large --train-examples 8000 --policy "$here/near.toml")
styles=$(build folder --source-dir "$figaro" --negatives "$walls" --name figaro-large --train-examples 8000 --policy "$here/hair.toml")
own=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-large --train-examples 4000 --policy "$here/near.toml")
hidden=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask-hidden-large --train-examples 4000 --policy "$here/hidden.toml")
nobody=$(build lfw_parts --source-dir "$lfw" --negatives "$photos" --name nobody-large --train-examples 2500 --negative-rate 1)

run=$folder/large
hairnet-model train --cover 0.05 "$near=4.5" "$filled=2.2" "$styles=2.5" "$own=1" "$hidden=1" "$nobody=0.5" \
  --init "$folder/filled.keras" --learning-rate 0.0014 --steps 7500 --batch 16 --validate-every 7500 --seed 61 \
  --out "$run" $([ -d "$run" ] && echo --resume)
# Once more, with more of CelebAMask.
more=$folder/large-more
hairnet-model train --cover 0.05 "$near=6" "$filled=2" "$styles=2.2" "$own=1" "$hidden=1" "$nobody=0.5" \
  --init "$run/last.keras" --learning-rate 0.0012 --steps 5500 --batch 16 --validate-every 5500 --seed 73 \
  --out "$more" $([ -d "$more" ] && echo --resume)
# The file that ships has no ledger of its own: the model card has it.
python "$here/average.py" "$run/last.keras" "$more/last.keras" "$folder/large.keras" --share 1 --background 0
hairnet-model export --model "$folder/large.keras" --quantize float16 --out "$folder/hairnet_448.tflite"
