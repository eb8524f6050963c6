// Command terraform-provider-switchboard manages the people, rights and phones of an organisation on a hosted-telephony or customer-contact
// platform. Terraform starts it without a sub-command; people start it with one, to run and administer a portal.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"strings"

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
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}
