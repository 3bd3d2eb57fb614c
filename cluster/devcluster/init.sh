#!/bin/sh
# The first process in a throwaway cluster's namespaces. It sets them up like a separate machine, then runs the
# supervisor. It keeps running to collect orphaned processes, as process 1 must. When it ends, the kernel ends all other
# processes, mounts and the network.
# usage: init.sh MARKER DIRECTORY NODE_ADDRESS NODE SUPERVISOR
set -eu
dir=$2 address=$3 node=$4 supervisor=$5

# Replace these directories with the cluster's own. This also keeps the paths of unix sockets short enough.
for covered in /run /var/lib /var/log; do
  mount --bind "$dir/host$covered" "$covered"
done
# Share mounts between namespaces, as systemd does, because volumes may ask for mount propagation.
mount --make-rshared /

# The kubelet would set these kernel settings for the whole machine. Show the kubelet files that already contain the
# right values, so that it changes nothing.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=/run/sysctl/$(echo "${setting%=*}" | tr / .)
  mkdir -p /run/sysctl
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done

mkdir -p /run/netns /run/relay /run/lock
ip netns add node
inside() { nsenter --net=/run/netns/node "$@"; }
inside ip link set lo up
# Pods share a bridge, and kube-router filters only IPv4 on it.
[ ! -d /proc/sys/net/ipv6 ] || inside sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
# A bridge without ports has the node's address, because not every kernel supports dummy devices.
inside ip link add node0 type bridge
inside ip address add "$address" dev node0
inside ip link set node0 up
inside sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
# Packets between pods cross only a bridge. They must also pass iptables, for Services and NetworkPolicies.
[ -d /proc/sys/net/bridge ] || modprobe br_netfilter
inside sh -c 'for f in iptables ip6tables; do echo 1 >/proc/sys/net/bridge/bridge-nf-call-$f; done'

# Keep this on one line: the shell must have read all of it, because this file may change while the supervisor runs.
"$node" "$supervisor" "$1" "$dir/plan.json"; exit
