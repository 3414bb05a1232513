/** The camera: one stream at a time, and its frames one by one. */

import { facesAway } from "./facing";

const SIZE: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 30 },
};

export interface Device {
  readonly id: string;
  readonly label: string;
}

export class Camera {
  private stream: MediaStream | null = null;
  private starts = 0;

  /**
   * @param video plays the stream; need not be visible.
   * @param lost called when the camera goes away by itself.
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly lost: () => void,
  ) {}

  get on(): boolean {
    return this.stream !== null;
  }

  /** The device that is on; empty where the browser does not say. */
  get device(): string {
    return this.stream?.getVideoTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** Whether the camera that is on looks away from its user, who then expects no mirror. */
  get back(): boolean {
    const track = this.stream?.getVideoTracks()[0];
    return track ? facesAway(track.getSettings().facingMode, track.label) : false;
  }

  /** Starts a device, or the one for selfies; throws what `getUserMedia` throws. False when stopped meanwhile. */
  async start(device?: string): Promise<boolean> {
    this.stop();
    const turn = ++this.starts;
    const which: MediaTrackConstraints = device ? { deviceId: { exact: device } } : { facingMode: "user" };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
    if (turn !== this.starts) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.stream = stream;
    stream.getVideoTracks()[0]?.addEventListener("ended", () => {
      if (this.stream !== stream) return;
      this.stop();
      this.lost();
    });
    this.video.srcObject = stream;
    await this.video.play();
    return true;
  }

  stop(): void {
    this.starts++;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** All cameras; the browser tells their names, else empty, only once one was allowed. */
  async devices(): Promise<Device[]> {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all
      .filter(({ kind }) => kind === "videoinput")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** The next frame that the camera has not given yet; null when it was stopped. */
  async frame(): Promise<ImageBitmap | null> {
    const { video } = this;
    await new Promise<void>((resolve) => {
      // A hidden page gets no frames; the wait ends when it is looked at again.
      if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => resolve());
      else requestAnimationFrame(() => resolve());
    });
    if (!this.stream || video.videoWidth === 0) return null;
    return createImageBitmap(video);
  }
}
