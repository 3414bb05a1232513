#!/usr/bin/env bash
# Trains on at two sizes. The network that looks at large heads again comes from large.sh.
#   training/finer.sh EVERYONE LFW CELEBAMASK CELEB_HAIR FIGARO WALLS TEXTURES FOLDER     (two cores: about two hours)
# EVERYONE is what everyone.sh printed, and the folders are as there. TEXTURES holds pictures of surfaces with nobody in
# them: 1,472 of free games and desktops were used. Started again, it resumes.
set -euo pipefail
everyone=$1 lfw=$2 celebamask=$3 celeb_hair=$4 figaro=$5 walls=$6 textures=$7 folder=$8
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --no-check --skip-bad --quiet; }
large() { build "$@" --image-size 448 --eval-examples 1; }

own=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-near --train-examples 30000 --policy "$here/near.toml")
heads=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-heads --train-examples 50000 --policy "$here/heads.toml")
on_textures=$(build lfw_parts --source-dir "$lfw" --negatives "$textures" --name lfw-heads-textures --train-examples 30000 \
  --eval-examples 1 --policy "$here/heads.toml" --seed 3)
faces=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask --train-examples 45000 --policy "$here/faces.toml")
near=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask-near --train-examples 40000 --policy "$here/near.toml")
hair=$(build folder --source-dir "$celeb_hair" --negatives "$walls" --name celeb-hair --train-examples 30000 --policy "$here/hair.toml")
styles=$(build folder --source-dir "$figaro" --negatives "$walls" --name figaro --train-examples 40000 --policy "$here/hair.toml")
nobody=$(build lfw_parts --source-dir "$lfw" --negatives "$walls" --name nobody --train-examples 24000 --negative-rate 1 --eval-examples 1)
surfaces=$(build lfw_parts --source-dir "$lfw" --negatives "$textures" --name nobody-textures --train-examples 40000 --negative-rate 1 --eval-examples 1)
hairlike=$(build drawn --name hairlike --train-examples 16000 --negative-rate 1 --eval-examples 1)
own_448=$(large lfw_parts --source-dir "$lfw" --negatives "$walls" --name lfw-448 --train-examples 5000 --policy "$here/near.toml")
faces_448=$(large folder --source-dir "$celebamask" --negatives "$walls" --name celebamask-448 --train-examples 10000 --policy "$here/near.toml")
hair_448=$(large folder --source-dir "$celeb_hair" --negatives "$walls" --name celeb-hair-448 --train-examples 6000 --policy "$here/hair.toml")
styles_448=$(large folder --source-dir "$figaro" --negatives "$walls" --name figaro-448 --train-examples 6000 --policy "$here/hair.toml")
nobody_448=$(large lfw_parts --source-dir "$lfw" --negatives "$walls" --name nobody-448 --train-examples 5000 --negative-rate 1)
surfaces_448=$(large lfw_parts --source-dir "$lfw" --negatives "$textures" --name nobody-textures-448 --train-examples 6000 --negative-rate 1)

run=$folder/tenth
hairnet-model train --cover 0.1 "$own=3" "$heads=2" "$on_textures=1.5" "$faces=2" "$near=2.5" "$hair=1.2" "$styles=2" "$nobody=4" \
  "$surfaces=6" "$hairlike=1" "$faces_448=0.6" "$hair_448=0.25" "$styles_448=0.3" "$nobody_448=0.2" "$surfaces_448=0.25" "$own_448=0.15" \
  --init "$everyone" --learning-rate 0.0014 --steps 8000 --validate-every 1000 --seed 11 --out "$run" $([ -d "$run" ] && echo --resume)
