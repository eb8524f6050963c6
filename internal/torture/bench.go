package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// bench is a folder with a configuration, a portal of its own as a process, and a proxy between that portal and
// Terraform.
type bench struct {
	dir    string
	binary string // the provider, which is the portal too
	people people
	token  string
	proxy  *portaltest.Proxy

	address string         // of the portal, past the proxy
	direct  *client.Client // likewise
	portal  *portaltest.Process
	log     *os.File // of the portal
	printed []byte   // by Terraform, since it was last looked through
	byHand  bool     // whether what an interrupted run has left is imported, instead of adopted
	tracing bool     // whether Terraform logs all it does
}

// build compiles the provider into a folder.
func build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "terraform-provider-switchboard")
	command := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/switchboard-hq/terraform-provider-switchboard")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return binary, nil
}

const organization = `id: delfin
name: Delfin Sp. z o.o.
platform: telecube
sip_domain: sip.delfin.example.com
phone_numbers: ["+48225550101", "+48225550102"]
`

// newBench sets everything up in a folder that is empty. Whoever made it closes it.
func newBench(ctx context.Context, dir, binary string, who people) (*bench, error) {
	dir, err := filepath.EvalSymlinks(dir) // as the system names the folder of a process
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, binary: binary, people: who}
	for name, text := range map[string]string{
		"terraform.rc":      fmt.Sprintf("provider_installation {\n  dev_overrides { \"switchboard-hq/switchboard\" = %q }\n  direct {}\n}\n", filepath.Dir(binary)),
		"organization.yaml": organization,
		"pwned.txt":         "", // no password is known, and nobody is asked
		"main.tf":           who.configuration(),
	} {
		if err := os.WriteFile(b.path(name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(b.path("portal.log"))
	if err != nil {
		return nil, err
	}
	b.log = log
	address, err := b.serve(ctx)
	if err != nil {
		b.close()
		return nil, err
	}
	create := exec.CommandContext(ctx, binary, "portal", "token", "create", "--database", "portal.db", "--organization", "delfin", "--name", "torture", "--scope", "read,write,admin")
	create.Dir = dir
	token, err := create.Output()
	if err != nil {
		b.close()
		return nil, fmt.Errorf("make a token: %w", err)
	}
	b.token = strings.TrimSpace(string(token))
	if b.proxy, err = portaltest.StartProxy(address); err != nil {
		b.close()
		return nil, err
	}
	if err := b.lookAt(address); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() {
	if b.proxy != nil {
		b.proxy.Close()
	}
	b.kill()
	_ = b.log.Close()
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// serve starts the portal and returns its address once it listens.
func (b *bench) serve(ctx context.Context) (string, error) {
	process, err := portaltest.Launch(ctx, b.binary, b.dir, b.log, "--database", "portal.db")
	if err != nil {
		return "", err
	}
	b.portal = process
	address, err := process.Address()
	if err != nil {
		return "", err
	}
	return address.String(), nil
}

// kill ends the portal as a power cut would.
func (b *bench) kill() {
	if b.portal != nil {
		b.portal.Kill()
	}
}

// restart kills the portal and starts it again on the same database, at another address.
func (b *bench) restart(ctx context.Context) error {
	b.kill()
	address, err := b.serve(ctx)
	if err != nil {
		return err
	}
	if err := b.proxy.SetTarget(address); err != nil {
		return err
	}
	return b.lookAt(address)
}

func (b *bench) lookAt(address string) (err error) {
	b.address = address
	b.direct, err = client.New(client.Config{Endpoint: address, Token: b.token})
	return err
}

// outcome is how a Terraform command ended.
type outcome struct {
	code   int // -1 if a signal ended it
	output string
}

// run runs a Terraform command to its end. started, if there is one, gets the process once there is one; it is in a
// process group of its own.
func (b *bench) run(ctx context.Context, version int, started func(*os.Process), args ...string) (outcome, error) {
	output, err := os.Create(b.path("output.txt"))
	if err != nil {
		return outcome{}, err
	}
	defer func() { _ = output.Close() }()
	secrets, err := json.Marshal(b.people.secrets(version))
	if err != nil {
		return outcome{}, err
	}
	command := exec.CommandContext(ctx, cmp.Or(os.Getenv("TERRAFORM"), "terraform"), append(args, "-no-color", "-input=false")...)
	command.Dir, command.Stdout, command.Stderr = b.dir, output, output // a file, which no process that is left over keeps open
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+b.path("terraform.rc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"TF_VAR_endpoint="+b.proxy.URL, "TF_VAR_token="+b.token, fmt.Sprintf("TF_VAR_stage=%d", version), fmt.Sprintf("TF_VAR_adopt=%t", !b.byHand), "TF_VAR_secrets="+string(secrets))
	if b.tracing {
		command.Env = append(command.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+b.path("trace.log"))
	}
	if err := command.Start(); err != nil {
		return outcome{}, err
	}
	if started != nil {
		started(command.Process)
	}
	_ = command.Wait() // how it ended is in its state
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	text, err := os.ReadFile(output.Name())
	b.printed = append(b.printed, text...)
	return outcome{command.ProcessState.ExitCode(), string(text)}, err
}

// apply brings everybody to a version, the version 0 being that nobody is there.
func (b *bench) apply(ctx context.Context, version int, started func(*os.Process)) (outcome, error) {
	command := "apply"
	if version == 0 {
		command = "destroy"
	}
	return b.run(ctx, version, started, command, "-auto-approve")
}

// isSettled reports whether a plan has nothing to do, and if not, what.
func (b *bench) isSettled(ctx context.Context, version int) (bool, string, error) {
	plan, err := b.run(ctx, version, nil, "plan", "-detailed-exitcode")
	return plan.code == 0, plan.output, err
}
