#!/usr/bin/env bash
# Goes on from the weights of training/small_heads.sh: every eleventh picture shows drawn heads from all sides, and
# a step with poses follows every step with masks.
#   training/all_sides.sh WALLS FOLDER     (two cores: an hour)
# small_heads.sh and drawn.sh have to have run in FOLDER. Started again, it resumes.
set -euo pipefail
walls=$1 folder=$2
here=$(dirname "$0")

build() {
  hairnet-data build drawn --portraits 38000 --negatives "$walls" --data-dir "$folder" --eval-examples 1 --no-check \
    --quiet "$@"
}

# Portraits that no training of a pose head saw before.
seq -f 'train_%05g' 0 23999 > "$folder/known.txt"
poses=$(build --without "$folder/known.txt" --name pose-drawn-more --train-examples 30000 --policy "$here/pose.toml" \
  --seed 52)
rooms=$(build --name drawn-rooms-more --train-examples 24000 --policy "$here/rooms.toml" --seed 53)

own() { echo "$folder/hairnet_synthetic/$1/1.6.0"; }
run=$folder/twentythird
python "$here/with_poses.py" \
  "$(own lfw-rooms)=1.2" "$(own lfw-rooms-photos)=0.8" "$(own celebamask-rooms)=1" \
  "$(own celebamask-rooms-photos)=0.8" "$(own celeb-faces-rooms)=1.3" "$(own lfw-near)=9" "$(own celebamask-near)=6" \
  "$(own celeb-faces-near)=4" "$(own lfw-close)=1" "$(own celebamask-close)=0.8" "$(own celeb-faces-close)=0.7" \
  "$(own figaro)=5" "$(own figaro-photos)=3" "$(own celeb-hair)=0.8" "$(own nobody)=12" \
  "$(own nobody-photos)=20" "$(own hairlike)=3" "$(own d-nobody)=4" "$(own lfw-afar)=2" "$(own lfw-afar-photos)=2" "$(own celebamask-afar)=1.5" \
  "$(own celeb-faces-afar)=1.5" "$(own lfw-hidden)=5" "$(own celebamask-hidden)=3.5" "$(own drawn-rooms)=0.8" \
  "$rooms=2" "$(own d-rooms)=3" "$(own d-afar)=1.5" "$(own d-portraits)=1.5" \
  --poses "$(own pose-drawn)" --poses "$poses" --poses "$(own pose-lfw_parts)" --poses "$poses" \
  --poses "$(own pose-nobody)" --init "$folder/twentysecond/last.keras" --head "$folder/pose-small" \
  --out "$run" --steps 3400 --every 1 --small-heads 0.35 --learning-rate 0.0006 --pose-rate 0.0004 \
  --validate-every 3400 --cover 0.12 --pad 0.25 --seed 117
python "$here/average.py" "$folder/twentysecond/last.keras" "$run/last.keras" "$folder/sides.keras" --share 0.5 \
  --background 0.25

pose() { # RUN NETWORK STEPS FROM
  hairnet-model train-pose "$(own pose-drawn)" "$poses" "$(own pose-lfw_parts)" "$(own pose-nobody)" \
    "$(own nobody-photos)" --model "$2" --steps "$3" --init "$4" --out "$folder/$1"
}
pose pose-twentythird "$run/last.keras" 6000 "$folder/pose-small"
pose pose-sides "$folder/sides.keras" 5000 "$folder/pose-twentythird"
hairnet-model export --model "$folder/sides.keras" --quantize float16 --out "$folder/sides.tflite"
hairnet-model export --model "$folder/sides.keras" --pose "$folder/pose-sides" --quantize float16 \
  --out "$folder/sides_pose.tflite"
echo "$folder/sides.keras"
