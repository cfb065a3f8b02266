// vcsim serves VMware's own simulator of the vSphere API (govmomi, Debian: golang-github-vmware-govmomi-dev) over TLS until its standard input ends.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	vpx := flag.Bool("vpx", false, "a vCenter with a cluster in place of an ESXi")
	machines := flag.Int("machines", 2, "virtual machines of each host or pool")
	listen := flag.String("listen", "127.0.0.1:0", "address and port")
	certificate := flag.String("certificate", "", "certificate, PEM")
	key := flag.String("key", "", "its key, PEM")
	password := flag.String("password", "", "of the user root")
	flag.Parse()
	log.SetOutput(io.Discard)
	model := simulator.ESX()
	if *vpx {
		model = simulator.VPX()
	}
	model.Machine = *machines
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err == nil {
		err = model.Create()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	model.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword("root", *password)}
	fmt.Println("listens", model.Service.NewServer().URL.Host)
	io.Copy(io.Discard, os.Stdin)
	model.Remove()
}
