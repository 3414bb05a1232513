#!/usr/bin/env bash
# Trains `hairnet-drawn` from drawn portraits and scenes alone: nobody's photograph takes part, not even to validate.
#   training/drawn.sh FOLDER     (two cores: three hours, a third of it drawing; started again, it resumes)
set -euo pipefail
folder=$1
here=$(dirname "$0")

build() { hairnet-data build drawn --data-dir "$folder" --no-check --quiet "$@"; }
few() { build --scenes 300 "$@"; } # the first two stages saw no more backgrounds

small=$(few --name d-small --train-examples 60000 --image-size 128 --policy "$here/small.toml")
small_heads=$(few --name d-small-world --train-examples 40000 --image-size 128 --policy "$here/faces.toml")
small_scenes=$(few --name d-small-scenes --train-examples 12000 --negative-rate 1 --eval-examples 1 --image-size 128 \
  --policy "$here/small.toml")
world=$(few --name d-world --train-examples 40000 --policy world)
near=$(few --name d-near --train-examples 40000 --policy "$here/near.toml")
wide=$(few --name d-wide --train-examples 40000 --policy "$here/wide.toml")
heads=$(few --name d-faces --train-examples 40000 --policy "$here/faces.toml")
scenes=$(few --name d-scenes --train-examples 24000 --negative-rate 1 --eval-examples 1 --seed 7)

train() { # RUN DATASET=SHARE...
  run=$folder/$1; shift
  hairnet-model train "$@" --out "$run" $([ -d "$run" ] && echo --resume)
}

train drawn1 "$small=3" "$small_heads=2" "$small_scenes=1" --cover 0.1 --steps 7000 --validate-every 1000
# Drawings have fewer colours than photographs: their colours are changed more.
train drawn2 "$world=1.5" "$near=2" "$wide=3" "$heads=2" "$scenes=1.5" --init "$folder/drawn1" \
  --learning-rate 0.0015 --cover 0.1 --jitter 1.5 --steps 7000 --validate-every 700

# Four times as many portraits before forty times as many backgrounds. Small heads and false blobs count for more.
many() { build --scenes 12000 --seed 51 "$@"; }
rooms=$(many --portraits 24000 --name d-rooms --train-examples 40000 --policy "$here/rooms.toml" --eval-examples 80)
portraits=$(many --portraits 24000 --name d-portraits --train-examples 30000 --policy "$here/near.toml" \
  --eval-examples 1)
afar=$(many --portraits 24000 --name d-afar --train-examples 20000 --policy "$here/afar.toml" --eval-examples 1)
close=$(many --portraits 6000 --name d-close --train-examples 10000 --policy "$here/close.toml" --eval-examples 1)
nobody=$(many --name d-nobody --train-examples 24000 --negative-rate 1 --eval-examples 1)
train drawn3 "$rooms=3" "$portraits=3" "$afar=1.5" "$close=1" "$nobody=4" --init "$folder/drawn2/best.keras" \
  --learning-rate 0.0015 --cover 0.12 --pad 0.25 --small-heads 0.35 --jitter 1.5 --seed 131 \
  --steps 8000 --validate-every 4000

# The same before collages, in which scenes lie over one another: nothing else that is drawn looks like an animal.
python "$here/collages.py" "$folder/collages"
before() { build --negatives "$folder/collages" --eval-examples 1 --seed 57 "$@"; }
collages=$(before --name c-nobody --train-examples 30000 --negative-rate 1)
rooms_too=$(before --portraits 24000 --name c-rooms --train-examples 30000 --policy "$here/rooms.toml")
portraits_too=$(before --portraits 24000 --name c-portraits --train-examples 16000 --policy "$here/near.toml")
train drawn4 "$rooms=2" "$rooms_too=2.5" "$portraits=1.5" "$portraits_too=1.5" "$afar=1.5" "$close=0.7" "$nobody=2" \
  "$collages=4" --init "$folder/drawn3/last.keras" --learning-rate 0.0012 --cover 0.12 --pad 0.25 --small-heads 0.35 \
  --jitter 1.5 --seed 137 --steps 5000 --validate-every 5000
# The ledger of what ships is in its model card.
python "$here/average.py" "$folder/drawn3/last.keras" "$folder/drawn4/last.keras" "$folder/drawn.keras" --share 1 \
  --background 0
echo "$folder/drawn.keras"
