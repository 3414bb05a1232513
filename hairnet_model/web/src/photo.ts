/** Photos: by file, by drop, by paste, and the drawn samples. */

import type { Key } from "./texts";

export interface Photo {
  readonly name: string;
  readonly content: Blob;
}

export const SAMPLES: readonly { readonly file: string; readonly about: Key }[] = [
  { file: "long-brown.webp", about: "sample.long-brown" },
  { file: "long-blond.webp", about: "sample.long-blond" },
  { file: "black-afro.webp", about: "sample.black-afro" },
  { file: "grey-curls.webp", about: "sample.grey-curls" },
  { file: "black-bob.webp", about: "sample.black-bob" },
  { file: "short-black.webp", about: "sample.short-black" },
];

/** The picture of a file; throws where it is none. */
export async function decoded(content: Blob): Promise<ImageBitmap> {
  // Some formats (SVG) only an <img> can read; and both turn a photo upright by its EXIF.
  try {
    return await createImageBitmap(content);
  } catch {
    const url = URL.createObjectURL(content);
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      return await createImageBitmap(image);
    } finally {
      URL.revokeObjectURL(url);
    }
  }
}

/** The first picture among dropped or pasted things. */
export function pictureIn(data: DataTransfer | null): File | null {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith("image/")) ?? data?.files[0] ?? null;
}

/** Takes photos dropped anywhere on the page, and pasted ones. */
export function listen(took: (photo: Photo) => void, nothing: () => void): void {
  let depth = 0;
  const dropping = (change: number): void => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => {
    if (event.dataTransfer?.types.includes("Files")) dropping(1);
  });
  addEventListener("dragleave", () => dropping(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    dropping(-depth);
    const file = pictureIn(event.dataTransfer);
    if (file) took({ name: file.name, content: file });
  });
  addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (file) took({ name: file.name || "picture", content: file });
    else nothing();
  });
}

export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
