/**
 * Steadies the poses of a film's heads by One Euro filters: `hairnet_model/inference/video/pose_filter.py` once more; the
 * reasons are there.
 */

import { type Head, overlap } from "../components";
import type { HeadPose } from "./pose";
import { fromAngles, fromTangent, inverse, norm, type Rotation, times, toAngles, toTangent, type Vector } from "./rotations";

const SLOWEST = 0.5; // cutoff in Hz of a head that does not move
const SPEED_CUTOFF = 1; // in Hz, of the speed itself
const QUICKER = [2, 0.3, 3]; // Hz a unit a second: of the rotation (radians), the centre (cm), the logarithm of the size
const FORGOTTEN = 0.5; // seconds without a pose after which a head is another one
const LEAST_OVERLAP = 0.3; // of the boxes of a head in two frames

class PoseFilter {
  seconds = -Infinity;
  private rotation: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  private place: readonly [number, number] = [0, 0];
  private size = 0; // the logarithm
  private speeds: number[][] = [[0, 0, 0], [0, 0], [0]];

  /** What to show of a pose that was found at a time. */
  steady(pose: HeadPose, seconds: number): HeadPose {
    const rotation = fromAngles([pose.yaw, pose.pitch, pose.roll]);
    const since = seconds - this.seconds;
    if (since > 0 && since <= FORGOTTEN) {
      const turn = this.letThrough(0, toTangent(times(rotation, inverse(this.rotation))), since);
      this.rotation = times(fromTangent(turn as unknown as Vector), this.rotation);
      const unit = Math.exp(this.size);
      const [x, y] = this.letThrough(1, [(pose.x - this.place[0]) / unit, (pose.y - this.place[1]) / unit], since);
      this.place = [this.place[0] + unit * x, this.place[1] + unit * y];
      this.size += this.letThrough(2, [Math.log(pose.size) - this.size], since)[0];
    } else if (since !== 0) {
      [this.rotation, this.place, this.size] = [rotation, [pose.x, pose.y], Math.log(pose.size)];
      this.speeds = [[0, 0, 0], [0, 0], [0]];
    }
    this.seconds = seconds;
    const [yaw, pitch, roll] = toAngles(this.rotation);
    return { ...pose, yaw, pitch, roll, x: this.place[0], y: this.place[1], size: Math.exp(this.size) };
  }

  /** The part of a change that is shown, of the value with that number in `QUICKER`. */
  private letThrough(number: number, change: readonly number[], seconds: number): number[] {
    const share = shareOfNew(SPEED_CUTOFF, seconds);
    const speed = this.speeds[number].map((before, at) => before + share * (change[at] / seconds - before));
    this.speeds[number] = speed;
    const shown = shareOfNew(SLOWEST + QUICKER[number] * norm(speed), seconds);
    return change.map((value) => shown * value);
  }
}

/** The weight of a new value in exponential smoothing with a cutoff in Hz. */
function shareOfNew(cutoff: number, seconds: number): number {
  const turn = 2 * Math.PI * cutoff * seconds;
  return turn / (turn + 1);
}

export class PoseSteadier {
  private followed: { readonly box: Head; readonly known: PoseFilter }[] = [];

  /** The heads of the next frame with steadied poses; each is the one whose box before overlaps its own the most. */
  steady(heads: readonly Head[], seconds: number): Head[] {
    const before = this.followed.filter(({ known }) => seconds >= known.seconds && seconds - known.seconds <= FORGOTTEN);
    const now: typeof this.followed = [];
    const steadied = heads.map((head) => {
      if (!head.pose) return head;
      const shares = before.map(({ box }) => overlap(box, head));
      const nearest = shares.indexOf(Math.max(...shares));
      const known = shares[nearest] > LEAST_OVERLAP ? before.splice(nearest, 1)[0].known : new PoseFilter();
      now.push({ box: head, known });
      return { ...head, pose: known.steady(head.pose, seconds) };
    });
    this.followed = [...now, ...before];
    return steadied;
  }
}
