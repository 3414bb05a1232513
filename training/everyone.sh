#!/usr/bin/env bash
# Goes on from the weights of training/shipped.sh with three more sets, for heads of every size and from every side.
#   training/everyone.sh SIXTH LFW CELEBAMASK CELEB_HAIR FIGARO WALLS FOLDER     (two cores: about an hour and a half)
# SIXTH is what shipped.sh printed. CELEBAMASK, CELEB_HAIR and FIGARO are folders of images and masks with a classes.toml;
# the last two label hair alone. Started again, it resumes. (The seventh stage of the shipped weights was drawn before
# there were groups and soft edges; here they are in it too.)
set -euo pipefail
sixth=$1 lfw=$2 celebamask=$3 celeb_hair=$4 figaro=$5 walls=$6 folder=$7
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --no-check --skip-bad --quiet; }

own=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-near --train-examples 30000 --policy "$here/near.toml")
heads=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-heads --train-examples 50000 --policy "$here/heads.toml")
faces=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask --train-examples 45000 --policy "$here/faces.toml")
hair=$(build folder --source-dir "$celeb_hair" --negatives "$walls" --name celeb-hair --train-examples 30000 --policy "$here/hair.toml")
styles=$(build folder --source-dir "$figaro" --negatives "$walls" --name figaro --train-examples 40000 --policy "$here/hair.toml")
nobody=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name nobody --train-examples 24000 --negative-rate 1 --eval-examples 1)
hairlike=$(build drawn --name hairlike --train-examples 16000 --negative-rate 1 --eval-examples 1)

train() { # RUN DATASET=SHARE...
  run=$folder/$1; shift
  hairnet-model train --cover 0.1 "$@" --out "$run" $([ -d "$run" ] && echo --resume)
}

train seventh "$own=2" "$heads=2.5" "$faces=2" "$hair=1.5" "$styles=3" "$nobody=3" --init "$sixth" \
  --learning-rate 0.0012 --steps 7000 --validate-every 500
train eighth "$own=2.5" "$heads=3" "$faces=3" "$hair=1.5" "$styles=2.5" "$nobody=5" "$hairlike=1.5" \
  --init "$folder/seventh/last.keras" --learning-rate 0.0015 --steps 10000 --validate-every 1000 --seed 5
# Hair that fills the frame looks like fur and cloth: half the pictures of the last stage show nobody.
train ninth "$own=3" "$heads=2" "$faces=3" "$hair=1" "$styles=2" "$nobody=9" "$hairlike=1.5" \
  --init "$folder/eighth/last.keras" --learning-rate 0.001 --steps 5500 --validate-every 1100 --seed 9
python "$here/average.py" "$sixth" "$folder/ninth/last.keras" "$folder/everyone.keras" --share 0.75 --background 1
echo "$folder/everyone.keras"
