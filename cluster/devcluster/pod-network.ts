// The configuration of the pods' network. Pods share a bridge on the node.
import { existsSync } from 'node:fs';
import { network } from './layout.ts';

/** The file in the cluster's `config` directory that describes the pods' network. */
export const CNI_FILE = 'cni/10-bridge.conflist';

export interface PodNetwork {
  /** Whether pods have IPv6 link-local addresses. kube-router doesn't filter them. The default is false. */
  readonly ipv6?: boolean;
  /** Whether the machine's kernel has IPv6. By default the function looks. */
  readonly kernelHasIPv6?: boolean;
}

/**
 * Returns the configuration of the pods' network as text: https://www.cni.dev/plugins/current/main/bridge/
 * https://www.cni.dev/plugins/current/meta/tuning/
 */
export function cniText({ ipv6 = false, kernelHasIPv6 = existsSync('/proc/sys/net/ipv6') }: PodNetwork = {}): string {
  const bridge = {
    type: 'bridge',
    bridge: 'pods0',
    isGateway: true,
    hairpinMode: true, // lets a pod reach itself through its own Service
    ipam: { type: 'host-local', ranges: [[{ subnet: network.firstNodePodCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  const tuning = { type: 'tuning', sysctl: { 'net.ipv6.conf.all.disable_ipv6': ipv6 ? '0' : '1' } };
  const plugins = [bridge, ...(kernelHasIPv6 ? [tuning] : [])];
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins }, undefined, 2);
}
