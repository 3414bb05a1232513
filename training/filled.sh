#!/usr/bin/env bash
# Goes on from the weights of training/rooms.sh with the faces of CELEB_HAIR, more small heads, occluders and poses.
#   training/filled.sh LFW CELEBAMASK CELEB_HAIR WALLS PHOTOS FOLDER     (two cores: an hour)
# The folders are as for rooms.sh, which has to have run in FOLDER. Started again, it resumes.
set -euo pipefail
lfw=$1 celebamask=$2 celeb_hair=$3 walls=$4 photos=$5 folder=$6
here=$(dirname "$0")

build() { hairnet-data build "$@" --data-dir "$folder" --eval-examples 1 --no-check --skip-bad --quiet; }
own() { echo "$folder/hairnet_synthetic/$1/1.6.0"; }  # what rooms.sh built
faces=$folder/celeb-faces
[ -d "$faces" ] || python "$here/fill_faces.py" "$celeb_hair" "$faces"
filled() { build folder --source-dir "$faces" --negatives "$walls" --name "celeb-faces-$1" --policy "$here/$2.toml" "${@:3}"; }

near=$(filled near faces --train-examples 24000 --seed 7)
rooms=$(filled rooms rooms --train-examples 16000 --seed 7)
afar=$(filled afar afar --train-examples 10000 --seed 8)
close=$(filled close close --train-examples 6000 --seed 11)
hidden=$(build folder --source-dir "$celebamask" --negatives "$walls" --name celebamask-hidden --train-examples 10000 \
  --policy "$here/hidden.toml" --seed 7)
afar_wild=$(build lfw_parts --source-dir "$lfw" --negatives "$photos" --name lfw-afar-photos --train-examples 12000 \
  --policy "$here/afar.toml" --seed 9)

finish() { # RUN FROM STEPS EVERY RATE POSE_RATE SEED DATASET=SHARE...
  run=$folder/$1 from=$2 steps=$3 every=$4 rate=$5 pose_rate=$6 seed=$7; shift 7
  python "$here/with_poses.py" "$@" "$(own celebamask-rooms-photos)=0.8" "$rooms=1.3" "$near=3" "$(own lfw-close)=1.2" \
    "$(own celebamask-close)=0.9" "$close=0.8" "$(own figaro)=2.8" "$(own figaro-photos)=1.4" "$(own celeb-hair)=0.4" \
    "$hidden=1.5" "$(own drawn-rooms)=0.8" --poses "$(own pose-drawn)" --poses "$(own pose-lfw_parts)" \
    --poses "$(own pose-drawn)" --poses "$(own pose-nobody)" --init "$from" --out "$run" --steps "$steps" --every "$every" \
    --validate-every 4000 --learning-rate "$rate" --pose-rate "$pose_rate" --cover 0.12 --pad 0.25 --seed "$seed"
}
finish seventeenth "$folder/rooms.keras" 12500 2 0.0012 0.0006 91 "$(own lfw-rooms)=1.5" "$(own lfw-rooms-photos)=1" \
  "$(own celebamask-rooms)=1.2" "$(own lfw-near)=3.5" "$(own celebamask-near)=3.3" "$(own nobody)=6" "$(own nobody-photos)=6.5" \
  "$(own hairlike)=1.6" "$(own lfw-afar)=1.2" "$afar_wild=1.2" "$(own celebamask-afar)=1.1" "$afar=1.3" "$(own lfw-hidden)=2.5"
# More of nobody, and of portraits as they stand.
finish eighteenth "$folder/seventeenth/last.keras" 2800 4 0.0007 0.0003 93 "$(own lfw-rooms)=1.2" "$(own lfw-rooms-photos)=0.8" \
  "$(own celebamask-rooms)=1" "$(own lfw-near)=5" "$(own celebamask-near)=4" "$(own nobody)=7.5" "$(own nobody-photos)=8.5" \
  "$(own hairlike)=2" "$(own lfw-afar)=0.9" "$afar_wild=0.8" "$(own celebamask-afar)=0.8" "$afar=0.8" "$(own lfw-hidden)=2"
python "$here/average.py" "$folder/rooms.keras" "$folder/eighteenth/last.keras" "$folder/filled.keras" --share 1 --background 0.5

hairnet-model train-pose "$(own pose-drawn)" "$(own pose-lfw_parts)" "$(own pose-nobody)" "$(own nobody-photos)" \
  --model "$folder/filled.keras" --steps 5000 --init "$folder/pose" --out "$folder/pose-filled"
# Exported by file: what is exported by the name of shipped weights takes their ledger along.
hairnet-model export --model "$folder/filled.keras" --quantize float16 --out "$folder/filled.tflite"
hairnet-model export --model "$folder/filled.keras" --pose "$folder/pose-filled" --quantize float16 \
  --out "$folder/filled_pose.tflite"
echo "$folder/filled.keras"
