/** How much of what is needed has come. */

/** Told the share of the bytes that are there, 0..1; it never goes back. */
export type Progress = (share: number) => void;

export class Bytes {
  private readonly files: { came: number; total: number }[] = [];
  private told = 0;

  /** @param files how many large ones there will be; until all have begun nothing is told. */
  constructor(
    private readonly progress: Progress,
    private readonly expected = 2,
  ) {}

  /**
   * The content of an answer, counted while it comes.
   *
   * @param total its bytes, uncompressed; 0 where nobody knows: then it is not counted.
   */
  async count(answer: Response, total: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = { came: 0, total };
    this.files.push(file);
    const parts: Uint8Array[] = [];
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value);
      file.came += part.value.length;
      this.tell();
    }
    const content = new Uint8Array(file.came);
    let at = 0;
    for (const part of parts) {
      content.set(part, at);
      at += part.length;
    }
    return content;
  }

  private tell(): void {
    if (this.files.length < this.expected) return;
    const total = this.files.reduce((sum, file) => sum + file.total, 0);
    const came = this.files.reduce((sum, file) => sum + Math.min(file.came, file.total), 0);
    const share = total ? came / total : 0;
    if (share <= this.told) return;
    this.told = share;
    this.progress(share);
  }
}
