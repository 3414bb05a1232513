#!/usr/bin/env bash
# Goes on from the weights of training/cutouts.sh with entire rooms, bars, more photographs of nobody, and poses.
#   training/rooms.sh CUTOUTS LFW POSES CELEBAMASK CELEB_HAIR FIGARO WALLS PHOTOS FOLDER     (two cores: an hour and a half)
# CUTOUTS is what cutouts.sh printed (or `hairnet`, which ships), POSES a poses.csv of LFW's portraits, PHOTOS a second folder
# of photographs with nobody in them: animals, buildings, things. The other folders are as there. Started again, it resumes.
set -euo pipefail
cutouts=$1 lfw=$2 poses=$3 celebamask=$4 celeb_hair=$5 figaro=$6 walls=$7 photos=$8 folder=$9
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --no-check --skip-bad --quiet; }
people() { build lfw_parts --source-dir "$lfw" "$@"; }
stars() { build folder --source-dir "$celebamask" "$@"; }
styles() { build folder --source-dir "$figaro" --policy "$here/styles.toml" "$@"; }
rooms=(--policy "$here/rooms.toml") afar=(--policy "$here/afar.toml" --eval-examples 60 --seed 8)
wild=(--negatives "$photos" --seed 9)
known=(--negatives "$walls" --eval-examples 60 --seed 7)

people_rooms=$(people --negatives "$walls" --name lfw-rooms --train-examples 36000 "${rooms[@]}" --eval-examples 150 --seed 7)
stars_rooms=$(stars "${known[@]}" --name celebamask-rooms --train-examples 30000 "${rooms[@]}")
people_near=$(people "${known[@]}" --name lfw-near --train-examples 24000 --policy "$here/near.toml")
stars_near=$(stars "${known[@]}" --name celebamask-near --train-examples 24000 --policy "$here/faces.toml")
people_hidden=$(people "${known[@]}" --name lfw-hidden --train-examples 15000 --policy "$here/hidden.toml")
people_afar=$(people --negatives "$walls" --name lfw-afar --train-examples 12000 "${afar[@]}")
stars_afar=$(stars --negatives "$walls" --name celebamask-afar --train-examples 10000 "${afar[@]}")
figaro_near=$(styles --negatives "$walls" --name figaro --train-examples 30000 --eval-examples 150 --seed 7)
hair=$(build folder --source-dir "$celeb_hair" "${known[@]}" --name celeb-hair --train-examples 16000 --policy "$here/styles.toml")
nobody=$(people --negatives "$walls" --name nobody --train-examples 30000 --policy "$here/nobody.toml" --eval-examples 1 --seed 7)
hairlike=$(build drawn --name hairlike --train-examples 12000 --negative-rate 1 --eval-examples 1)
drawn=$(build drawn --name drawn-rooms --train-examples 20000 "${rooms[@]}" --eval-examples 60 --seed 7)

run=$folder/thirteenth
hairnet-model train --cover 0.12 --pad 0.3 "$people_rooms=3" "$stars_rooms=3" "$people_near=2" "$stars_near=2.5" "$figaro_near=2" \
  "$hair=1" "$nobody=8" "$hairlike=1" "$people_afar=1.2" "$stars_afar=1.2" "$people_hidden=1.2" "$drawn=1.2" --init "$cutouts" \
  --learning-rate 0.0015 --warmup 150 --steps 6000 --validate-every 1000 --seed 51 --out "$run" $([ -d "$run" ] && echo --resume)

nobody_wild=$(people "${wild[@]}" --name nobody-photos --train-examples 24000 --policy "$here/nobody.toml" --eval-examples 200)
people_wild=$(people "${wild[@]}" --name lfw-rooms-photos --train-examples 12000 "${rooms[@]}" --eval-examples 1)
stars_wild=$(stars "${wild[@]}" --name celebamask-rooms-photos --train-examples 12000 "${rooms[@]}" --eval-examples 1)
figaro_wild=$(styles "${wild[@]}" --name figaro-photos --train-examples 10000 --eval-examples 1)
pose() { build "$@" --name "pose-$1" --policy "$here/pose.toml"; }
pose_people=$(pose lfw_parts --source-dir "$lfw" --poses "$poses" --negatives "$walls" --train-examples 20000 --eval-examples 250)
pose_drawn=$(pose drawn --portraits 24000 --negatives "$walls" --train-examples 40000 --eval-examples 100)
pose_nobody=$(build drawn --name pose-nobody --negatives "$walls" --negative-rate 1 --train-examples 8000 --eval-examples 1)

finish() { # RUN FROM STEPS EVERY DATASET=SHARE...
  run=$folder/$1 from=$2 steps=$3 every=$4; shift 4
  python "$here/with_poses.py" "$@" --poses "$pose_drawn" --poses "$pose_people" --poses "$pose_drawn" --poses "$pose_nobody" \
    --init "$from" --out "$run" --steps "$steps" --every "$every" --validate-every "$((steps / 2))" \
    --cover 0.12 "${rates[@]}"
}
rates=(--pose-rate 0.0005 --learning-rate 0.001 --pad 0.3 --seed 61)
finish fourteenth "$run/last.keras" 5000 3 "$people_rooms=2" "$people_wild=1.2" "$stars_rooms=1.8" "$stars_wild=1.2" \
  "$people_near=3" "$stars_near=3.3" "$figaro_near=1.5" "$figaro_wild=0.8" "$hair=1" "$nobody=6" "$nobody_wild=5" "$hairlike=0.7" \
  "$people_afar=1" "$stars_afar=1" "$people_hidden=1.5" "$drawn=1"
rates=(--pose-rate 0.0003 --learning-rate 0.0008 --pad 0.25 --seed 71)
finish fifteenth "$folder/fourteenth/last.keras" 4000 4 "$people_rooms=1.5" "$people_wild=1" "$stars_rooms=1.5" "$stars_wild=1" \
  "$people_near=3.5" "$stars_near=4" "$figaro_near=2.8" "$figaro_wild=1.2" "$hair=1.4" "$nobody=6" "$nobody_wild=5" "$hairlike=0.5" \
  "$people_afar=0.8" "$stars_afar=0.8" "$people_hidden=1.5" "$drawn=0.7"
# What fills the frame was forgotten meanwhile: the last stage shows it again.
close=(--negatives "$walls" --train-examples 8000 --policy "$here/close.toml" --eval-examples 60 --seed 11)
people_close=$(people --name lfw-close "${close[@]}")
stars_close=$(stars --name celebamask-close "${close[@]}")
rates=(--pose-rate 0.0002 --learning-rate 0.0006 --pad 0.25 --seed 81)
finish sixteenth "$folder/fifteenth/last.keras" 2300 5 "$people_rooms=1.5" "$people_wild=1" "$stars_rooms=1.5" "$stars_wild=1" \
  "$people_near=3.5" "$stars_near=4" "$people_close=1.8" "$stars_close=1.8" "$figaro_near=2.5" "$figaro_wild=1.2" "$hair=1.4" \
  "$nobody=6.5" "$nobody_wild=6" "$hairlike=0.5" "$people_afar=1.2" "$stars_afar=1" "$people_hidden=1.5" "$drawn=0.7"
python "$here/average.py" "$cutouts" "$folder/sixteenth/last.keras" "$folder/rooms.keras" --share 1 --background 0.5

# The pose head, on the features of these weights.
hairnet-model train-pose "$pose_drawn" "$pose_people" "$pose_nobody" "$nobody_wild" --model "$folder/rooms.keras" --steps 3500 \
  --init hairnet --out "$folder/pose"
# Exported by file: what is exported by the name of shipped weights takes their ledger along.
hairnet-model export --model "$folder/rooms.keras" --quantize float16 --out "$folder/rooms.tflite"
hairnet-model export --model "$folder/rooms.keras" --pose "$folder/pose" --quantize float16 --out "$folder/rooms_pose.tflite"
echo "$folder/rooms.keras"
