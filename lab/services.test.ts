import { callsOfRound, servicesBehindGuide, servicesOfImage, servicesOfRound, urlVariable } from './services.ts';

test('follows the calls of a round from the service that begins it', () => {
  expect(callsOfRound('guide')).toEqual(['arcade→dice', 'arcade→prizes', 'guide→arcade']);
  expect(callsOfRound('visitors')).toEqual(['arcade→dice', 'arcade→prizes', 'visitors→arcade']);
});

test('lists the services whose spans make up the trace of a round', () => {
  expect(servicesOfRound('guide')).toEqual(['arcade', 'dice', 'guide', 'prizes']);
});

test('leaves out an optional service behind the guide until it is on', () => {
  expect(servicesBehindGuide()).toEqual(['dice', 'prizes', 'arcade']);
  expect(servicesBehindGuide(['flask'])).toEqual(['dice', 'prizes', 'arcade', 'flask']);
});

test('tells services that run our image from those that run another', () => {
  expect(servicesOfImage('intro-otel')).toEqual(['dice', 'prizes', 'arcade', 'visitors', 'guide']);
  expect(servicesOfImage('intro-otel-flask')).toEqual(['flask']);
});

test('names the variable that tells an app where a service is', () => {
  expect(urlVariable('arcade')).toBe('ARCADE_URL');
});
