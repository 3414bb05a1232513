/** Which way a camera looks. */

const AWAY = /\b(back|rear|environment|world)\b|rück|hinten|arri[eè]re|trasera|posterior|背面|后置|後置/i;

/**
 * Whether a camera looks away from its user, who then expects no mirror image.
 *
 * @param facingMode what the track's settings say; most webcams and some phones say nothing.
 * @param label the device's name, which is asked where they do.
 */
export function facesAway(facingMode: string | undefined, label: string): boolean {
  return facingMode ? facingMode === "environment" : AWAY.test(label);
}
