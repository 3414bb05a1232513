#!/usr/bin/env bash
# Goes on from the weights of training/filled.sh with a loss in which small heads count as much as large ones.
#   training/small_heads.sh FOLDER     (two cores: two hours)
# filled.sh has to have run in FOLDER; nothing further is built. Started again, it resumes. Of the weights that ship the
# stages up to the nineteenth were trained before the loss of each picture counted what is invented.
set -euo pipefail
folder=$1
here=$(dirname "$0")

own() { echo "$folder/hairnet_synthetic/$1/1.6.0"; }
portraits=("$(own lfw-rooms)=1.2" "$(own lfw-rooms-photos)=0.8" "$(own celebamask-rooms)=1" "$(own celebamask-rooms-photos)=0.8"
  "$(own celeb-faces-rooms)=1.3" "$(own lfw-close)=1" "$(own celebamask-close)=0.8"
  "$(own celeb-faces-close)=0.7" "$(own lfw-afar)=2" "$(own lfw-afar-photos)=2" "$(own celebamask-afar)=1.5"
  "$(own celeb-faces-afar)=1.5" "$(own lfw-hidden)=1.5" "$(own celebamask-hidden)=1.2" "$(own drawn-rooms)=0.8")
near=("$(own lfw-near)=4" "$(own celebamask-near)=3" "$(own celeb-faces-near)=2.5")
hair=("$(own figaro)=2.5" "$(own figaro-photos)=1.4" "$(own celeb-hair)=0.4")

masks() { # RUN FROM STEPS SMALL_HEADS RATE SEED NOBODY NOBODY_PHOTOS HAIRLIKE
  run=$folder/$1 from=$2 steps=$3 small=$4 rate=$5 seed=$6
  hairnet-model train "${portraits[@]}" "${near[@]}" "${hair[@]}" "$(own nobody)=$7" "$(own nobody-photos)=$8" \
    "$(own hairlike)=$9" --init "$from" --steps "$steps" --small-heads "$small" --learning-rate "$rate" \
    --validate-every "$steps" --cover 0.12 --pad 0.25 --seed "$seed" --out "$run" $([ -d "$run" ] && echo --resume)
}
masks small-1 "$folder/filled.keras" 3200 0.5 0.0008 97 6 7 2
masks small-2 "$folder/small-1/last.keras" 2600 0.4 0.0007 98 10 16 3
hair=("$(own figaro)=5" "$(own figaro-photos)=3" "$(own celeb-hair)=0.8")
masks small-3 "$folder/small-2/last.keras" 4000 0.3 0.0006 99 12 20 3

# A step with poses after every third: the trunk must not forget them.
finish() { # RUN FROM STEPS SMALL_HEADS RATE POSE_RATE SEED
  python "$here/with_poses.py" "${portraits[@]}" "${near[@]}" "${hair[@]}" "$(own nobody)=12" "$(own nobody-photos)=20" \
    "$(own hairlike)=3" --poses "$(own pose-drawn)" --poses "$(own pose-lfw_parts)" --poses "$(own pose-drawn)" \
    --poses "$(own pose-nobody)" --init "$2" --out "$folder/$1" --steps "$3" --every 3 --small-heads "$4" \
    --learning-rate "$5" --pose-rate "$6" --validate-every "$(($3 / 2))" --cover 0.12 --pad 0.25 --seed "$7"
}
finish nineteenth "$folder/small-3/last.keras" 8000 0.3 0.0006 0.0004 103
finish twentieth "$folder/nineteenth/last.keras" 2600 0.3 0.0006 0.0003 107
near=("$(own lfw-near)=5" "$(own celebamask-near)=4" "$(own celeb-faces-near)=2.5")
finish twentyfirst "$folder/twentieth/last.keras" 3200 0.4 0.0007 0.0003 109
python "$here/average.py" "$folder/twentieth/last.keras" "$folder/twentyfirst/last.keras" "$folder/mean.keras" \
  --share 0.5 --background 0
near=("$(own lfw-near)=11" "$(own celebamask-near)=7" "$(own celeb-faces-near)=4")
finish twentysecond "$folder/mean.keras" 2800 0.35 0.0005 0.0002 113
python "$here/average.py" "$folder/mean.keras" "$folder/twentysecond/last.keras" "$folder/small.keras" \
  --share 1 --background 0.25

hairnet-model train-pose "$(own pose-drawn)" "$(own pose-lfw_parts)" "$(own pose-nobody)" "$(own nobody-photos)" \
  --model "$folder/small.keras" --steps 5000 --init "$folder/pose-filled" --out "$folder/pose-small"
# Exported by file: what is exported by the name of shipped weights takes their ledger along.
hairnet-model export --model "$folder/small.keras" --quantize float16 --out "$folder/small.tflite"
hairnet-model export --model "$folder/small.keras" --pose "$folder/pose-small" --quantize float16 --out "$folder/small_pose.tflite"
echo "$folder/small.keras"
