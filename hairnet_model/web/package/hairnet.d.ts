/** Hair and face in pictures, in the browser. All that takes time happens in a worker; pictures go nowhere else. */

/** Everything a browser can show a picture in. What is transparent counts as white; photos are turned upright. */
export type Source =
  | Blob
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas;

/** In pixels of the picture, from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The way a head looks. The rotation from its axes to the camera's is Rz(roll) Rx(pitch) Ry(yaw), in degrees. */
export interface HeadPose {
  /** Positive where the face looks to the right of the picture, -180..180. */
  readonly yaw: number;
  /** Positive where it looks down, -90..90. */
  readonly pitch: number;
  /** Positive where the head is turned clockwise on the screen, -180..180. */
  readonly roll: number;
  /** Of the head's origin between the ears, at the height of the eyes, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  /** Pixels a centimetre at the depth of the origin. */
  readonly size: number;
  /** Probability of a head, 0.9..1. */
  readonly sure: number;
}

/** Hair and face of a person. */
export interface Head extends Box {
  /** Only where `poses` was asked for, and the network sees how the head is turned. */
  readonly pose?: HeadPose;
}

/** What was found in a picture. All planes are row by row, `width * height` long. */
export interface Segmentation {
  /** Of the picture; a picture of more than 33 megapixels is taken smaller. */
  readonly width: number;
  readonly height: number;
  /** The most likely class of each pixel: 0 background, 1 hair, 2 face. */
  readonly classIds: Uint8Array;
  /** How surely each pixel is hair, 0..1. */
  readonly hair: Float32Array;
  /** How surely each pixel is face, 0..1. */
  readonly face: Float32Array;
  /** Hair and face of each person, the largest first; none if nobody was found. */
  readonly heads: readonly Head[];
  /** Lets go of the picture, which the worker keeps for `recolour`, `bald` and `tryOn`. */
  close(): void;
}

export interface Dye {
  /** `#rrggbb`, or a name of `COLOURS`, such as `copper`. */
  readonly colour: string;
  /** Where it is worn; all over unless given. */
  readonly pattern?: "roots" | "highlights" | "ombre";
  /** 0..1; 1 unless given. */
  readonly strength?: number;
  /** Dye beards too; they stay as they are unless this is true. */
  readonly beard?: boolean;
}

export interface Hair {
  /** A name of `STYLES`, such as `bob`. */
  readonly style: string;
  /** `#rrggbb`, or a name of `COLOURS`; the own hair's colour unless given. */
  readonly colour?: string;
}

export interface Options {
  /** The folder in which `runtime/`, `model/` and `styles/` lie; on another server if that allows it (CORS). */
  readonly baseUrl: string | URL;
  /** Told while runtime and network are loaded: the share of their bytes that has come, 0..1, rising. */
  readonly progress?: (share: number) => void;
}

export interface SegmentOptions {
  /** Search for small heads as well, which takes longer; true unless given. */
  readonly locate?: boolean;
  /**
   * Find the poses of the heads too; false unless given. The first call loads another network, 1.8 MB, that the base URL
   * must have, and rejects with a `HairnetError` where it has not.
   */
  readonly poses?: boolean;
}

export interface Segmenter {
  /** What the network runs on, such as `WebAssembly, 4 threads`. */
  readonly engine: string;
  /** Finds hair and face. Rejects with a `HairnetError` if the source has no pixels or cannot be decoded. */
  segment(source: Source, options?: SegmentOptions): Promise<Segmentation>;
  /** The picture of a segmentation with its hair in another colour. Rejects with a `HairnetError`. */
  recolour(found: Segmentation, dye: Dye): Promise<ImageData>;
  /** The picture of a segmentation without hair above the eyes. Rejects with a `HairnetError`. */
  bald(found: Segmentation): Promise<ImageData>;
  /**
   * The picture of a segmentation with other hair, in three dimensions, on every head; heads whose pose is not sure, or that
   * are turned away by more than 100 degrees, stay as they are. Needs WebGL2 in workers, and poses: where `segment` was not
   * asked for them, they are found now. Rejects with a `HairnetError`.
   */
  tryOn(found: Segmentation, hair: Hair): Promise<ImageData>;
  /** Ends the worker; what is under way is rejected. */
  close(): void;
}

/** Something that this browser, its server or the caller did wrong, in one line. */
export declare class HairnetError extends Error {}

/** The hair colours that have a name, natural ones first: names to `#rrggbb`. */
export declare const COLOURS: Readonly<Record<string, string>>;

/** The hairstyles that can be tried on: `bob`, `long_waves`, ... */
export declare const STYLES: readonly string[];

/**
 * Starts a worker and loads the network into it.
 *
 * Rejects with a `HairnetError` if the browser has no WebAssembly with SIMD, or files are missing or damaged.
 */
export declare function createSegmenter(options: Options): Promise<Segmenter>;
