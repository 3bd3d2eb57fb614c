import { callsOfRound, servicesBehindGuide, servicesOfImage, servicesOfRound, urlVariable } from './services.ts';

test('lists all calls between services in a round of the game that the given service starts', () => {
  expect(callsOfRound('guide')).toEqual(['arcade→dice', 'arcade→prizes', 'guide→arcade']);
  expect(callsOfRound('visitors')).toEqual(['arcade→dice', 'arcade→prizes', 'visitors→arcade']);
});

test('lists the services whose spans are in the trace of a round of the game', () => {
  expect(servicesOfRound('guide')).toEqual(['arcade', 'dice', 'guide', 'prizes']);
});

test('lists an optional service behind the guide only if it is enabled', () => {
  expect(servicesBehindGuide()).toEqual(['dice', 'prizes', 'arcade']);
  expect(servicesBehindGuide(['flask'])).toEqual(['dice', 'prizes', 'arcade', 'flask']);
});

test('lists the services that run each of our images', () => {
  expect(servicesOfImage('intro-otel')).toEqual(['dice', 'prizes', 'arcade', 'visitors', 'guide']);
  expect(servicesOfImage('intro-otel-flask')).toEqual(['flask']);
});

test('builds the name of the environment variable that holds the URL of a service', () => {
  expect(urlVariable('arcade')).toBe('ARCADE_URL');
});
