// The colour of a service, which is the same in every trace, chart and log.

/** The services of the lab, in the order of their colours. No other service has one of these. */
export const services = ['guide', 'arcade', 'dice', 'prizes', 'visitors', 'flask', 'portal'];

/** Number of colours in tokens.css. */
export const hues = 12;

/** Returns the number of a service's colour. A service with another name has one that depends on its name only. */
export function hueOf(service: string): number {
  const at = services.indexOf(service);
  if (at >= 0) return at;
  const sum = [...service].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 65_521, 0);
  return services.length + (sum % (hues - services.length));
}
