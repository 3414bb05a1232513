/** Numbers that say something of many numbers, as NumPy has them. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

/** The standard deviation. */
export function deviation(values: ArrayLike<number>): number {
  const middle = mean(values);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] - middle) ** 2;
  return Math.sqrt(sum / values.length);
}

/** Linear between the two values on both sides. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/**
 * Four weights by least squares that hold the last three small.
 *
 * @param terms four numbers of every place, of which `places` are used.
 * @param planes values of every place; weights for each.
 */
export function weightsOf(places: readonly number[], terms: ArrayLike<number>, planes: readonly ArrayLike<number>[]): number[][] {
  const square = [0, 1, 2, 3].map(() => new Float64Array(4));
  const right = planes.map(() => new Float64Array(4));
  for (const at of places) {
    for (let i = 0; i < 4; i++) {
      const term = terms[at * 4 + i];
      for (let j = 0; j < 4; j++) square[i][j] += term * terms[at * 4 + j];
      for (let k = 0; k < planes.length; k++) right[k][i] += term * planes[k][at];
    }
  }
  for (let i = 1; i < 4; i++) square[i][i] += 0.02 * places.length;
  return right.map((one) => solved(square.map((row) => [...row]), [...one]));
}

/** Solves a system of linear equations, by Gauss's elimination with the largest pivot. */
export function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column; row < size; row++) if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const share = rows[row][column] / rows[column][column];
      for (let at = column; at <= size; at++) rows[row][at] -= share * rows[column][at];
    }
  }
  return rows.map((row, at) => row[size] / row[at]);
}
