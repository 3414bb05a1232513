/** A head's pose, and where its points appear: `hairnet_data/core/head` once more, in pixels of a picture. */

import { fromAngles, turned, type Vector } from "./rotations";

/** The rotation from the head's axes to the camera's is Rz(roll) Rx(pitch) Ry(yaw). */
export interface HeadPose {
  /** Degrees, positive where the face looks to the right of the picture. */
  readonly yaw: number;
  /** Degrees, positive where it looks down. */
  readonly pitch: number;
  /** Degrees, positive where the head is turned clockwise on the screen. */
  readonly roll: number;
  /** Of the head's origin between the ears, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  /** Pixels a centimetre at the depth of the origin. */
  readonly size: number;
  /** Probability of a head, 0.9..1. */
  readonly sure: number;
}

export const CAMERA_DISTANCE = 110; // centimetres from the camera to the head's origin

/** Where a point in the head's own axes, in cm, appears: x and y in pixels, and how near it is in cm. */
export function project(pose: HeadPose, point: Vector): Vector {
  const [x, y, z] = turned(fromAngles([pose.yaw, pose.pitch, pose.roll]), point);
  const zoom = (pose.size * CAMERA_DISTANCE) / (CAMERA_DISTANCE - z);
  return [pose.x + x * zoom, pose.y + y * zoom, z];
}

/** The same in a picture of another size. */
export function scaledPose(pose: HeadPose, scale: number): HeadPose {
  return { ...pose, x: pose.x * scale, y: pose.y * scale, size: pose.size * scale };
}
