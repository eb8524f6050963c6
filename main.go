// Command terraform-provider-switchboard manages the people, rights and phones of an organisation on a hosted-telephony
// or customer-contact platform. Terraform starts it without a sub-command; people start it with one, to run and
// administer a portal.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/cli"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider"
)

// version is set by the linker on a release.
var version = "dev"

func main() {
	ctx := context.Background()
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
	}
	debug := flag.Bool("debug", false, "run so that a debugger such as delve can be attached")
	flag.Parse()
	if !*debug {
		go endWithParent(os.Getppid(), time.Tick(time.Second))
	}
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}

// endWithParent ends the program at the first tick after Terraform has gone, which then is no longer its parent. A
// killed Terraform ends its providers no more, and one that has nothing to say would never notice. Windows keeps naming
// a parent that has gone, so there it stays.
func endWithParent(parent int, ticks <-chan time.Time) {
	for range ticks {
		if os.Getppid() != parent {
			os.Exit(1)
		}
	}
}
