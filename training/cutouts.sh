#!/usr/bin/env bash
# Goes on from the weights of training/everyone.sh with heads that are cut out, so that they are found in rooms.
#   training/cutouts.sh EVERYONE LFW CELEBAMASK CELEB_HAIR FIGARO WALLS FOLDER     (two cores: about an hour)
# EVERYONE is what everyone.sh printed, and the folders are as there. Started again, it resumes.
set -euo pipefail
everyone=$1 lfw=$2 celebamask=$3 celeb_hair=$4 figaro=$5 walls=$6 folder=$7
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --no-check --skip-bad --quiet; }
people() { build lfw_parts --source-dir "$lfw" --negatives "$walls" "$@"; }
stars() { build folder --source-dir "$celebamask" --negatives "$walls" "$@"; }
cut=(--policy "$here/cut.toml" --eval-examples 150 --seed 5) near=(--policy "$here/near.toml" --eval-examples 60)

people_cut=$(people --name lfw-cut --train-examples 36000 "${cut[@]}")
stars_cut=$(stars --name celebamask-cut --train-examples 30000 "${cut[@]}")
people_near=$(people --name lfw-near --train-examples 15000 "${near[@]}")
stars_near=$(stars --name celebamask-near --train-examples 15000 "${near[@]}")
hair=$(build folder --source-dir "$celeb_hair" --negatives "$walls" --name celeb-hair --train-examples 10000 \
  --policy "$here/hair.toml" --eval-examples 60)
styles=$(build folder --source-dir "$figaro" --negatives "$walls" --name figaro --train-examples 40000 --policy "$here/hair.toml")
nobody=$(people --name nobody --train-examples 20000 --negative-rate 1 --eval-examples 1)
hairlike=$(build drawn --name hairlike --train-examples 8000 --negative-rate 1 --eval-examples 1)

run=$folder/eleventh
hairnet-model train --cover 0.1 "$people_cut=4" "$stars_cut=4" "$people_near=1" "$stars_near=1.5" "$styles=1.7" "$hair=0.7" \
  "$nobody=3" "$hairlike=0.5" --init "$everyone" --learning-rate 0.0013 --warmup 100 --steps 1600 --validate-every 400 \
  --seed 41 --out "$run" $([ -d "$run" ] && echo --resume)
# More is found in pictures of nobody, too: nearly half of the pictures of the last stage show nobody.
last=$folder/twelfth
hairnet-model train --cover 0.1 "$people_cut=2.5" "$stars_cut=2.5" "$people_near=2" "$stars_near=2.5" "$styles=1.5" "$hair=0.7" \
  "$nobody=9" "$hairlike=1" --init "$run/last.keras" --learning-rate 0.0007 --warmup 30 --steps 620 --validate-every 620 \
  --seed 43 --out "$last" $([ -d "$last" ] && echo --resume)
python "$here/average.py" "$everyone" "$last/last.keras" "$folder/cutouts.keras" --share 0.75 --background 0.5
echo "$folder/cutouts.keras"
