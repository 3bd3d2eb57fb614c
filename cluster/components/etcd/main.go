// etcd of the throwaway cluster: upstream's own main, under the name it is known by (its package is called server).
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
