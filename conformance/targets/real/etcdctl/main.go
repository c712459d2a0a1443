// Command etcdctl is etcd's own command line, at the release that the chosen .mod file pins.
package main

import "go.etcd.io/etcd/etcdctl/v3/ctlv3"

func main() { ctlv3.MustStart() }
