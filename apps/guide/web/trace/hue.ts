// The colour of a service, which is the same in every trace and every chart.

/** The services of the lab, in the order of their colours. */
export const services = ['guide', 'arcade', 'dice', 'prizes', 'visitors', 'flask'];

/** Returns the number of a service's colour. A service with another name has one that depends on its name only. */
export function hueOf(service: string): number {
  const at = services.indexOf(service);
  if (at >= 0) return at;
  return [...service].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % services.length;
}
