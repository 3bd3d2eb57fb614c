// The kinds that the operator reads and writes: Workshop, Seat and built-in kinds of Kubernetes.
import { KINDS as KUBERNETES } from '../../kubernetes/kinds.ts';
import type { Kind } from '../../kubernetes/object.ts';
import { API_VERSION } from '../../lab/names.ts';

const custom = (kind: string, plural: string): Kind => ({ apiVersion: API_VERSION, kind, plural, namespaced: false });

export const KINDS = { ...KUBERNETES, Workshop: custom('Workshop', 'workshops'), Seat: custom('Seat', 'seats') };
